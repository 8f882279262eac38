import { request } from 'node:http';
import { z } from 'zod';
import type { Observation, ObservedPod, PodAnswer } from '../plan/observation.ts';
import { adminPort } from '../render/ports.ts';

/** As much of a sidecar's answer as a plan needs. Sidecars may be newer or older than we are, so the rest is ignored. */
const Sessions = z.object({
  held: z.object({ reason: z.string(), message: z.string(), seatsGeneration: z.int().nullable() }).nullable(),
});

const deadlineMilliseconds = 1000;
const largestAnswerBytes = 65_536;

/** Asks one sidecar at /sessions. undefined: no answer in time, or none that makes sense. Never throws. */
export type AskSidecar = (podIp: string, signal: AbortSignal) => Promise<PodAnswer | undefined>;

/** Over plain HTTP on the pod network, to the address that Kubernetes names for the pod. */
export const askSidecar: AskSidecar = (podIp, signal) => askAt(podIp, adminPort, signal);

/** See {@link askSidecar}; the port is given in tests. */
export async function askAt(host: string, port: number, signal: AbortSignal): Promise<PodAnswer | undefined> {
  try {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(deadlineMilliseconds)]);
    const text = await getText(host, port, deadline);
    const { held } = Sessions.parse(JSON.parse(text));
    return { held };
  } catch {
    return undefined;
  }
}

function getText(host: string, port: number, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ host, port, path: '/sessions', agent: false, signal }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > largestAnswerBytes) call.destroy(new Error(`more than ${largestAnswerBytes} bytes`));
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString());
        else reject(new Error(`status ${response.statusCode}`));
      });
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end();
  });
}

/** The same observation with the answers of pods in it, by pod uid. */
export function withAnswers(observation: Observation, answers: ReadonlyMap<string, PodAnswer>): Observation {
  const answered = (pod: ObservedPod): ObservedPod => ({ ...pod, answer: answers.get(pod.uid) });
  return {
    ...observation,
    slots: observation.slots.map((slot) => ({ ...slot, pods: slot.pods.map(answered) })),
  };
}
