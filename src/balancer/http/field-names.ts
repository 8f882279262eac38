import { isAtInAnyCase, octets } from './octets.ts';

/** The fields that mean something to us. All others are passed on unseen. */
const knownFields = [
  'connection',
  'content-length',
  'expect',
  'host',
  'idempotency-key',
  'keep-alive',
  'max-forwards',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-forwarded-for',
  'x-forwarded-proto',
] as const;

export type KnownField = (typeof knownFields)[number];

interface Candidate {
  readonly name: KnownField;
  readonly octets: Uint8Array;
}

/** By length: most fields have a length that none of ours has, and are known to be none of them without a look at their letters. */
const byLength: Candidate[][] = [];
for (const name of knownFields) (byLength[name.length] ??= []).push({ name, octets: octets(name) });

/** Which of the known fields the name from `start` to `end` is. */
export function knownField(bytes: Uint8Array, start: number, end: number): KnownField | undefined {
  const candidates = byLength[end - start];
  if (candidates === undefined) return undefined;
  for (let index = 0; index < candidates.length; index += 1) {
    const candidate = candidates[index];
    if (candidate !== undefined && isAtInAnyCase(candidate.octets, bytes, start)) return candidate.name;
  }
  return undefined;
}
