import { Agent, get } from 'node:http';
import * as z from 'zod';
import type { PeerAnswer } from './occupants.ts';

/** What we read of a peer's /sessions; it may come from an older or a newer version of this program. */
const PeerSessions = z.object({
  ending: z.boolean().default(false),
  held: z.object({ waitsFor: z.array(z.string()) }).nullable(),
});

const timeoutMilliseconds = 1000;
const maxBytes = 1_048_576;

/** A connection per question: peers are asked only while a pod is held. */
const agent = new Agent({ keepAlive: false });

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
export function askPeer(address: string, port: number, signal: AbortSignal): Promise<PeerAnswer> {
  return new Promise((resolve) => {
    const silent = (): void => resolve({ kind: 'Silent' });
    const failed = (error: NodeJS.ErrnoException): void =>
      resolve({ kind: error.code === 'ECONNREFUSED' ? 'Refused' : 'Silent' });
    const request = get({ host: address, port, path: '/sessions', agent, signal }, (response) => {
      if (response.statusCode !== 200) {
        response.destroy();
        silent();
        return;
      }
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > maxBytes) response.destroy();
      });
      response.on('end', () => resolve(parsePeerAnswer(text)));
      response.on('error', silent);
      response.on('close', silent);
    });
    const timer = setTimeout(() => request.destroy(), timeoutMilliseconds);
    request.on('error', failed);
    request.on('close', () => {
      clearTimeout(timer);
      silent();
    });
  });
}
