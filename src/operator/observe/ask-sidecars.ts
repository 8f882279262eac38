import { z } from 'zod';
import { adminPort } from '../../balancer/config/schema.ts';
import { getText } from '../../balancer/transport/get-text.ts';
import type { Observation, ObservedPod, PodAnswer } from '../plan/observation.ts';

const count = z.int().min(0);

/**
 * As much of a sidecar's answer as a plan needs. Sidecars may be newer than we are, so the rest is ignored, or older: one that knows
 * of no drains does not count the sessions of its own gateway either, whatever it answers there.
 */
const Sessions = z
  .object({
    held: z.object({ reason: z.string(), message: z.string(), seatsGeneration: z.int().nullable() }).nullable(),
    sessions: count.nullable(),
    transit: count,
    backends: z.record(z.string(), count),
    drain: z.object({ deadlineReached: z.boolean() }).nullable().optional(),
    knownDrains: z.array(z.string()).default([]),
    drainsGeneration: count.optional(),
    busyPeers: z.array(z.string()).default([]),
  })
  .transform(
    ({ sessions, drain, drainsGeneration, busyPeers, ...same }): PodAnswer => ({
      ...same,
      drainsGeneration,
      sessions: drain === undefined ? undefined : (sessions ?? undefined),
      drain: drain ?? null,
      busyPeers: busyPeers.slice(0, 10),
    }),
  );

const question = { path: '/sessions', deadlineMilliseconds: 1000, maxBytes: 65_536 } as const;

/** Asks one sidecar at /sessions. undefined: no answer in time, or none that makes sense. Never throws. */
export type AskSidecar = (podIp: string, signal: AbortSignal) => Promise<PodAnswer | undefined>;

/** Over plain HTTP on the pod network, to the address that Kubernetes names for the pod. */
export const askSidecar: AskSidecar = (podIp, signal) => askAt(podIp, adminPort, signal);

/** See {@link askSidecar}; the port is given in tests. */
export async function askAt(address: string, port: number, signal: AbortSignal): Promise<PodAnswer | undefined> {
  try {
    return Sessions.parse(JSON.parse(await getText({ ...question, address, port, signal })));
  } catch {
    return undefined;
  }
}

/** Asks the sidecars of these pods, all at once. The answers by pod UID; who has no address or does not answer in time is left out. */
export async function answersOf<P extends { readonly uid: string }>(
  pods: readonly P[],
  addressOf: (pod: P) => string | undefined,
  ask: AskSidecar,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PodAnswer>> {
  const asked = pods.map(async (pod): Promise<[string, PodAnswer] | undefined> => {
    const address = addressOf(pod);
    const answer = address === undefined ? undefined : await ask(address, signal);
    return answer && [pod.uid, answer];
  });
  return new Map((await Promise.all(asked)).filter((answer) => answer !== undefined));
}

/** The same observation with the answers of pods in it, by pod uid. */
export function withAnswers(observation: Observation, answers: ReadonlyMap<string, PodAnswer>): Observation {
  const answered = (pod: ObservedPod): ObservedPod => ({ ...pod, answer: answers.get(pod.uid) });
  return {
    ...observation,
    slots: observation.slots.map((slot) => ({ ...slot, pods: slot.pods.map(answered) })),
  };
}
