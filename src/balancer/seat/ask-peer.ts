import * as z from 'zod';
import { systemErrorCode } from '../system-error.ts';
import { getText } from '../transport/get-text.ts';
import type { PeerAnswer } from './occupants.ts';

/** What we read of a peer's /sessions; it may come from an older or a newer version of this program. */
const PeerSessions = z.object({
  ending: z.boolean().default(false),
  held: z.object({ waitsFor: z.array(z.string()) }).nullable(),
});

const deadlineMilliseconds = 1000;
const maxBytes = 1_048_576;

/** What the text of a peer's /sessions says. Whatever makes no sense counts as no answer. */
export function parsePeerAnswer(text: string): PeerAnswer {
  try {
    const { ending, held } = PeerSessions.parse(JSON.parse(text));
    if (ending) return { kind: 'Ending' };
    return held === null ? { kind: 'Seated' } : { kind: 'Held', waitsFor: held.waitsFor };
  } catch {
    return { kind: 'Silent' };
  }
}

/** Asks the sidecar of another pod, for 1 s at most. Never throws. */
export async function askPeer(address: string, port: number, signal: AbortSignal): Promise<PeerAnswer> {
  try {
    return parsePeerAnswer(await getText({ address, port, path: '/sessions', deadlineMilliseconds, maxBytes, signal }));
  } catch (error) {
    return { kind: systemErrorCode(error) === 'ECONNREFUSED' ? 'Refused' : 'Silent' };
  }
}
