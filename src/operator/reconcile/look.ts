import type { GatewayPool } from '../../api/gatewaypool.ts';
import { resolveSpec } from '../../api/resolve.ts';
import { stillForeign } from '../apply/recheck-conflicts.ts';
import { withAnswers } from '../observe/ask-sidecars.ts';
import type { ConfigReading } from '../observe/config-reader.ts';
import { observe } from '../observe/observe.ts';
import type { PoolMemory } from '../observe/pool-memory.ts';
import { podsToAsk } from '../plan/held.ts';
import type { Observation, PodAnswer, PoolIdentity } from '../plan/observation.ts';
import type { RenderedPool } from '../render/pool.ts';
import type { ReconcileDependencies } from './dependencies.ts';

/** All that is known of one pool at one moment. */
export interface Look {
  readonly pool: RenderedPool;
  readonly observation: Observation;
  readonly reading: ConfigReading;
  readonly memory: PoolMemory;
}

/** Observes a pool: the caches, and, only where it has to, the API server and the sidecars. */
export async function look(
  dependencies: ReconcileDependencies,
  { spec }: GatewayPool,
  identity: PoolIdentity,
  signal: AbortSignal,
): Promise<Look> {
  const { namespace, name, uid, generation } = identity;
  const pool: RenderedPool = { namespace, name, uid, spec: resolveSpec(spec) };
  const reading = await dependencies.configReader.check(pool, signal);
  const memory = await recheck(dependencies, pool, dependencies.memories.of(uid, generation), signal);
  const { caches, gateAge, balancerImage } = dependencies;

  const seen = observe({ identity, pool, caches, config: reading.config, memory, gateAge, balancerImage });
  const observation = await ask(dependencies, seen, signal);
  return { pool, observation, reading, memory };
}

async function recheck(
  { client }: ReconcileDependencies,
  pool: RenderedPool,
  memory: PoolMemory,
  signal: AbortSignal,
): Promise<PoolMemory> {
  const { slots } = memory;
  if (slots.conflicts.length === 0) return memory;
  return { ...memory, slots: { ...slots, conflicts: await stillForeign(client, pool, slots.conflicts, signal) } };
}

async function ask(
  { askSidecar, caches }: ReconcileDependencies,
  observation: Observation,
  signal: AbortSignal,
): Promise<Observation> {
  const { namespace } = observation.pool;
  const asked = podsToAsk(observation).map(async ({ pod }): Promise<[string, PodAnswer] | undefined> => {
    const podIp = caches.pods.get(`${namespace}/${pod.name}`)?.status?.podIP;
    const answer = podIp === undefined ? undefined : await askSidecar(podIp, signal);
    return answer && [pod.uid, answer];
  });
  const answers = (await Promise.all(asked)).filter((answer) => answer !== undefined);
  return answers.length === 0 ? observation : withAnswers(observation, new Map(answers));
}
