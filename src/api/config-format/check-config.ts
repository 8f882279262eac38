import type { ResolvedConfig } from '../resolve.ts';
import { decodeUtf8 } from './base64.ts';
import { keeperProblem } from './keeper-base64.ts';
import type { ConfigProblem } from './problem.ts';

/** Linux: MAX_ARG_STRLEN, the longest `NAME=value` with its closing NUL that execve takes. */
const longestEnvironmentString = 131_072;
/** A Secret may have thousands of keys; a message is for a person. */
const mentionedKeys = 5;

export type ConfigCheck =
  | { readonly valid: true /** What instances are to get. */; readonly value: Buffer }
  | {
      readonly valid: false;
      readonly reason: ConfigProblem['reason'] /** Names Secret, key and rule, never a value. */;
      readonly message: string;
    };

/**
 * Whether instances may start with the configuration.
 *
 * A KeeperBase64 value is handed on without white space: `base64` breaks lines, editors end files with one.
 *
 * @param data `data` of the Secret as the API server sends it (base64), undefined when there is no such Secret.
 */
export function checkConfig(config: ResolvedConfig, data: Readonly<Record<string, string>> | undefined): ConfigCheck {
  const { secretName, key, format } = config;
  if (data === undefined) {
    return refused('SecretNotFound', `Secret "${secretName}" does not exist: create it with the key "${key}"`);
  }
  const encoded = Object.hasOwn(data, key) ? data[key] : undefined;
  if (encoded === undefined) {
    return refused(
      'KeyNotFound',
      `Secret "${secretName}" has no key "${key}": add it, or set spec.config.key${keysOf(data)}`,
    );
  }

  const value = Buffer.from(encoded, 'base64');
  const problem = problemOf(config, value);
  if (problem !== undefined)
    return refused(problem.reason, `Secret "${secretName}", key "${key}": the value ${problem.rule}`);
  return { valid: true, value: format === 'KeeperBase64' ? Buffer.from(withoutSpace(value.toString())) : value };
}

function problemOf({ as, format }: ResolvedConfig, value: Buffer): ConfigProblem | undefined {
  const isKeeper = format === 'KeeperBase64';
  if (value.length === 0 || (isKeeper && withoutSpace(value.toString()) === '')) {
    return { reason: 'Empty', rule: 'must not be empty' };
  }

  const inFormat = isKeeper ? keeperProblem(withoutSpace(value.toString())) : undefined;
  return inFormat ?? (as.env === undefined ? undefined : environmentProblem(as.env, value));
}

/** What a container runtime or execve would refuse long after the pod was made. */
function environmentProblem(name: string, value: Buffer): ConfigProblem | undefined {
  const text = decodeUtf8(value);
  if (text === undefined || text.includes('\0')) {
    return {
      reason: 'NotText',
      rule: `must be UTF-8 text without NUL to go into the environment variable ${name}; hand it over with spec.config.as.file instead`,
    };
  }
  const longest = longestEnvironmentString - name.length - 2;
  return value.length <= longest
    ? undefined
    : {
        reason: 'TooLong',
        rule: `must have at most ${longest} bytes to go into the environment variable ${name}; hand it over with spec.config.as.file instead`,
      };
}

/** Key names are no secret, and the right one is usually among them. */
function keysOf(data: Readonly<Record<string, string>>): string {
  const keys = Object.keys(data).sort();
  if (keys.length === 0) return ' (it has none)';
  const more = keys.length > mentionedKeys ? ` and ${keys.length - mentionedKeys} more` : '';
  return ` (it has ${keys.slice(0, mentionedKeys).join(', ')}${more})`;
}

function withoutSpace(text: string): string {
  return text.replaceAll(/[ \t\r\n]/gu, '');
}

function refused(reason: ConfigProblem['reason'], message: string): ConfigCheck {
  return { valid: false, reason, message };
}
