import type { GatewayPool } from '../../api/gatewaypool.ts';
import { requests } from '../../api/identity.ts';
import { resolveSpec } from '../../api/resolve.ts';
import { stillForeign } from '../apply/recheck-conflicts.ts';
import { answersOf, withAnswers } from '../observe/ask-sidecars.ts';
import type { ConfigReading } from '../observe/config-reader.ts';
import type { SecretAnswer } from '../observe/secret-answers.ts';
import { observe } from '../observe/observe.ts';
import type { PoolMemory } from '../observe/pool-memory.ts';
import { podsToAsk } from '../plan/pods-to-ask.ts';
import type { Observation, ObservedPod, PoolIdentity, TlsCheck } from '../plan/observation.ts';
import type { RenderedPool } from '../render/pool.ts';
import type { ReconcileDependencies } from './dependencies.ts';

/** All that is known of one pool at one moment. */
export interface Look {
  readonly pool: RenderedPool;
  readonly observation: Observation;
  readonly reading: ConfigReading;
  readonly tls: SecretAnswer<TlsCheck>;
  readonly memory: PoolMemory;
}

/** Observes a pool: the caches, and, only where it has to, the API server and the sidecars. */
export async function look(
  dependencies: ReconcileDependencies,
  { metadata, spec }: GatewayPool,
  identity: PoolIdentity,
  signal: AbortSignal,
): Promise<Look> {
  const { namespace, name, uid, generation } = identity;
  const restart = metadata.annotations?.[requests.restart];
  const pool: RenderedPool = { namespace, name, uid, spec: resolveSpec(spec), restart };
  const reading = await dependencies.configReader.check(pool, signal);
  const tls = await dependencies.tlsReader.check(pool, signal);
  const memory = await recheck(dependencies, pool, dependencies.memories.of(uid, generation), signal);
  const { caches, versionAge, progressAge, gatewayAge, balancerImage } = dependencies;

  const seen = observe({
    identity,
    pool,
    caches,
    config: reading.config,
    tls: tls.answer,
    memory,
    versionAge,
    progressAge,
    gatewayAge,
    balancerImage,
  });
  const observation = await ask(dependencies, seen, signal);
  return { pool, observation, reading, tls, memory };
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
  const addressOf = ({ name }: ObservedPod): string | undefined =>
    caches.pods.get(`${namespace}/${name}`)?.status?.podIP;
  const pods = podsToAsk(observation).map(({ pod }) => pod);
  const answers = await answersOf(pods, addressOf, askSidecar, signal);
  return answers.size === 0 ? observation : withAnswers(observation, answers);
}
