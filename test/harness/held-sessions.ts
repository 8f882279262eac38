import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type BackgroundProgram, endOf, reportOf, startInBackground } from './background-program.ts';
import type { ClientPod } from './client-pod.ts';
import { eventually } from './eventually.ts';

/** Sessions that a program inside a pod opens and keeps open. */
export type HeldSessions =
  | { readonly kind: 'WebSocket' | 'Request'; readonly url: string; readonly count: number }
  | {
      readonly kind: 'TCP' | 'HalfClosed' | 'UDP';
      readonly host: string;
      readonly port: number;
      readonly count: number;
    };

const HeldSession = z.object({
  /** Who serves it, as the first line from there says; empty for requests, whose answer has not come. */
  instance: z.string(),
  open: z.boolean(),
  /** When something came from there last, in milliseconds of the pod's clock. */
  heard: z.number(),
  /** `close 1001` of a WebSocket, `closed` of a connection, `status 503` of a request, or an error code; null while it is open. */
  ended: z.string().nullable(),
  /** When it ended, by the same clock. */
  endedAt: z.number().nullable(),
});
export type HeldSession = z.infer<typeof HeldSession>;

const program = readFileSync(new URL('./held-sessions-program.js', import.meta.url), 'utf8');

/** Opens sessions from a pod and waits until all of them are. */
export async function holdSessions(client: ClientPod, id: string, sessions: HeldSessions): Promise<BackgroundProgram> {
  const { kind, count } = sessions;
  const target = 'url' in sessions ? sessions.url : JSON.stringify({ host: sessions.host, port: sessions.port });
  const running = await startInBackground(client, id, program, [JSON.stringify({ kind, target, count })]);
  await eventually(`${count} ${kind} sessions to ${target} are open`, 60, async () => {
    const now = await heldSessions(running);
    const ended = now.find((session) => session.ended !== null)?.ended;
    if (typeof ended === 'string') throw new Error(`one ended: ${ended}`);
    return now.length === count && now.every(({ open }) => open);
  });
  return running;
}

/** How they are now. */
export async function heldSessions(running: BackgroundProgram): Promise<readonly HeldSession[]> {
  return z.array(HeldSession).parse((await reportOf(running)) ?? []);
}

/** Closes them from the client's side. */
export async function closeSessions(running: BackgroundProgram): Promise<void> {
  await endOf(running, 30);
}
