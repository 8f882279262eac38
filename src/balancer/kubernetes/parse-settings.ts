import { stringify } from 'yaml';
import type { z } from 'zod';
import { fieldPath } from '../../api/field-error.ts';
import { isRecord } from '../../kube/json.ts';
import { parseConfig } from '../config/parse-config.ts';
import { BalancerConfig } from '../config/schema.ts';
import { readYaml } from '../yaml/read-yaml.ts';

export interface ParsedSettings {
  readonly config: BalancerConfig;
  /** What was left out, such as `limits.maxMoons`. */
  readonly unknownFields: readonly string[];
}

/**
 * Reads the settings that the operator wrote. Unlike a file that a person wrote, they may hold fields that this version does not know:
 * an upgrade of the operator restarts no pod (guarantee G7), so a sidecar may be the older one.
 *
 * @throws ConfigError with line, column and field of every problem.
 */
export function parseSettings(text: string, source: string): ParsedSettings {
  const known = withoutUnknownFields(text);
  return { config: parseConfig(known.text, source), unknownFields: known.unknownFields };
}

function withoutUnknownFields(text: string): { text: string; unknownFields: readonly string[] } {
  const yaml = readYaml(text);
  const { error } = yaml.ok ? BalancerConfig.safeParse(yaml.value) : {};
  const unknownFields = yaml.ok && error !== undefined ? removeUnknownFields(yaml.value, error) : [];
  // Only a text with unknown fields is written anew: line numbers of the original are worth more.
  return yaml.ok && unknownFields.length > 0 ? { text: stringify(yaml.value), unknownFields } : { text, unknownFields };
}

/** Deletes, in place, what the schema does not know. */
function removeUnknownFields(value: unknown, error: z.ZodError): string[] {
  const removed: string[] = [];
  for (const issue of error.issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const holder = issue.path.reduce<unknown>((inner, segment) => memberOf(inner, segment), value);
    if (!isRecord(holder)) continue;
    for (const key of issue.keys) {
      delete holder[key];
      removed.push(fieldPath([...issue.path, key]));
    }
  }
  return removed;
}

function memberOf(value: unknown, segment: PropertyKey): unknown {
  if (Array.isArray(value)) return value[Number(segment)];
  return isRecord(value) ? value[String(segment)] : undefined;
}
