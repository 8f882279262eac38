import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/kube/object.ts';
import { trusted } from '../../src/kube/json.ts';

/** A GatewayPool as a user would write it, and above it, in comments, the answers it must get, word for word. */
export interface Sample {
  readonly name: string;
  readonly text: string;
  readonly object: KubeObject & { readonly spec: Readonly<Record<string, unknown>> };
  /** By the title above them: `kubectl apply`, `kubectl apply --server-side`, `Operator`. */
  readonly answers: Readonly<Record<string, string>>;
}

/**
 * good: accepted. bad: refused by the API server, and by the operator's own check of stored objects. stalled: accepted by the API server,
 * which cannot see into containers, and refused by the operator.
 */
export function readSamples(kind: 'good' | 'bad' | 'stalled'): readonly Sample[] {
  return readYamlFiles(join(import.meta.dirname, 'samples', kind));
}

/** The pools that the documentation shows. */
export function readExamples(): readonly Sample[] {
  return readYamlFiles(join(import.meta.dirname, '..', '..', 'examples'));
}

function readYamlFiles(directory: string): readonly Sample[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.yaml'));
  return files.map((file) => {
    const text = readFileSync(join(directory, file), 'utf8');
    return { name: file.replace('.yaml', ''), text, object: trusted(parse(text)), answers: answersIn(text) };
  });
}

function answersIn(text: string): Record<string, string> {
  const answers: Record<string, string> = {};
  let title = '';
  for (const line of text.split('\n').filter((each) => each.startsWith('#'))) {
    if (line.startsWith('#   '))
      answers[title] = [answers[title], line.slice(4)].filter((part) => part !== undefined).join('\n');
    else title = line.slice(2).replace(/:$/u, '');
  }
  return answers;
}
