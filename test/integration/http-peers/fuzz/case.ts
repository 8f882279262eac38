import { type Random, randomOf } from '../../../sim/random.ts';
import { mutateBytes } from './byte-mutations.ts';
import { goodDraft, textOf } from './draft.ts';
import { requestMutations } from './message-mutations.ts';

/** What one client sends, latin1. */
export interface FuzzCase {
  readonly bytes: string;
  /** The same bytes as they are written. */
  readonly parts: readonly string[];
}

/** The same seed gives the same case. Some are well-formed, most nearly. */
export function caseOf(seed: number): FuzzCase {
  const random = randomOf(seed);
  const requests = 1 + random.below(4);
  const mutated = random.below(requests);
  let bytes = random.chance(0.05) ? '\r\n' : '';
  for (let index = 0; index < requests; index += 1) {
    let draft = goodDraft(random, index === requests - 1);
    const mutations = index === mutated && random.chance(0.8) ? 1 + random.below(2) : 0;
    for (let count = 0; count < mutations; count += 1) draft = random.pick(requestMutations)?.(draft, random) ?? draft;
    bytes += textOf(draft);
  }
  if (random.chance(0.3)) bytes = mutateBytes(bytes, random);
  return { bytes, parts: split(bytes, random) };
}

export function split(bytes: string, random: Random): string[] {
  const cuts = random.chance(0.5) ? 0 : 1 + random.below(6);
  const places = Array.from({ length: cuts }, () => random.below(bytes.length + 1)).sort((a, b) => a - b);
  const parts = [0, ...places].map((from, index) => bytes.slice(from, places[index] ?? bytes.length));
  return parts.filter((part) => part !== '');
}
