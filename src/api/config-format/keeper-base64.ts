import { isRecord } from '../../kube/json.ts';
import { decodeBase64, decodeUtf8 } from './base64.ts';
import type { ConfigProblem } from './problem.ts';

/** The fields that an initialised configuration always has; Commander makes the same check when it creates one. */
const requiredFields = ['hostname', 'clientId', 'privateKey', 'serverPublicKeyId', 'appKey'] as const;
const base64Fields = ['clientId', 'privateKey', 'appKey'] as const;

/** A client id is an HMAC-SHA512. A shortened one is noticed much later otherwise, as a device that nobody can use. */
const clientIdBytes = 64;

/** Rules of the value that `pam gateway new --config-init b64` prints. Expects text without white space. */
export function keeperProblem(text: string): ConfigProblem | undefined {
  const json = decodeBase64(text);
  if (json === undefined) return { reason: 'NotBase64', rule: notBase64(text) };

  const config = parseObject(json);
  if (config === undefined) {
    return { reason: 'NotJson', rule: 'is base64, but not of a JSON object; it may be cut off or encoded twice' };
  }
  return fieldProblem(config);
}

function fieldProblem(config: Record<string, unknown>): ConfigProblem | undefined {
  for (const field of requiredFields) {
    const value = config[field];
    if (typeof value !== 'string' || value === '') return invalid(`field ${field} must be a string that is not empty`);
  }
  for (const field of base64Fields) {
    if (decodedField(config, field) === undefined) return invalid(`field ${field} must be base64`);
  }
  return decodedField(config, 'clientId')?.length === clientIdBytes
    ? undefined
    : invalid(`field clientId must decode to exactly ${clientIdBytes} bytes`);
}

function decodedField(config: Record<string, unknown>, field: string): Buffer | undefined {
  return decodeBase64(String(config[field]));
}

function invalid(rule: string): ConfigProblem {
  return {
    reason: 'FieldInvalid',
    rule: `is not a usable configuration: ${rule}; create it anew with "pam gateway new --config-init b64"`,
  };
}

/** Two mistakes are common enough to be recognised: the other output format, and the one-time token it all begins with. */
function notBase64(text: string): string {
  if (text.startsWith('{'))
    return 'holds JSON, but must be the base64 of it; create it with "pam gateway new --config-init b64"';
  if (/^[A-Z0-9]{2,4}:/u.test(text)) {
    return 'looks like a one-time token, which only one instance could use; create a configuration with "pam gateway new --config-init b64"';
  }
  return 'must be base64; it may be cut off';
}

function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  const text = decodeUtf8(bytes);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    // Note: the parser's own message quotes the text, which is secret.
    return undefined;
  }
}
