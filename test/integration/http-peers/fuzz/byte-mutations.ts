import type { Random } from '../../../sim/random.ts';

/** Bytes and pairs that parsers treat in different ways. */
const oddBytes = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  '\x0b',
  '\x0c',
  '\x7f',
  '\x80',
  '\xa0',
  ':',
  ';',
  ',',
  '#',
  '"',
  '0',
  'a',
] as const;

/** Changes a few bytes anywhere: replaces, inserts, removes, repeats or exchanges them. */
export function mutateBytes(bytes: string, random: Random): string {
  let mutated = bytes;
  for (let count = 1 + random.below(3); count > 0; count -= 1) {
    const at = random.below(mutated.length + 1);
    const odd = random.pick(oddBytes) ?? '';
    const [before, byte, after] = [mutated.slice(0, at), mutated.slice(at, at + 1), mutated.slice(at + 1)];
    const piece = mutated.slice(at, at + 1 + random.below(40));
    const results = [
      before + odd + after,
      before + odd + byte + after,
      before + after,
      before + piece + byte + after,
      before + String.fromCharCode(random.below(256)) + after,
      mutated.slice(0, Math.max(0, at - 1)) + byte + before.slice(-1) + after,
    ];
    mutated = random.pick(results) ?? mutated;
  }
  return mutated;
}
