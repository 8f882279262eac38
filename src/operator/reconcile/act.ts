import type { ApplyContext } from '../apply/context.ts';
import { currentCopy } from '../apply/context.ts';
import { MovedOnError } from '../apply/moved-on.ts';
import { createSeatApi } from '../apply/kube-seat-api.ts';
import { reclaimUnlabelled } from '../apply/reclaim-unlabelled.ts';
import type { RunOutcome } from '../apply/run-actions.ts';
import { runActions } from '../apply/run-actions.ts';
import type { WatchedNode } from '../observe/watched-node.ts';
import type { Action, Plan } from '../plan/actions.ts';
import { areObeyed } from '../plan/cap.ts';
import { withLimits } from '../plan/status.ts';
import type { GatewayPoolStatus } from '../../api/status.ts';
import { mayPublish } from '../seat-protocol/may-publish.ts';
import type { SeatApi } from '../seat-protocol/seat-api.ts';
import type { ReconcileDependencies } from './dependencies.ts';
import type { Look } from './look.ts';

/** What carrying out a plan came to. */
export interface Acted extends RunOutcome {
  /** To be written now. */
  readonly status: GatewayPoolStatus;
}

/** Carries out a plan, all but the writing of the status. */
export async function act(
  dependencies: ReconcileDependencies,
  seen: Look,
  plan: Plan,
  signal: AbortSignal,
): Promise<Acted> {
  const { clock, memories } = dependencies;
  const { pool, memory } = seen;
  if (plan.actions.some(makesPods)) await lookAtSecrets(dependencies, seen, signal);
  const context = applyContext(dependencies, seen, signal);
  const seatApi = seatApiOf(dependencies, context);

  if (!seen.pool.spec.paused && plan.actions.length > 0) await reclaimUnlabelled(context);
  const outcome = await runActions({ context, seatApi, memory, clock }, plan.actions);
  memories.remember(pool.uid, outcome.memory);

  const { publish, status } = plan;
  // Note: what the API server refuses for ever, a start or a replacement, must not hide limits that are obeyed already.
  const isTimely = outcome.completed || (!outcome.outOfDate && areObeyed(seen.observation));
  const isPublished = isTimely && publish !== undefined && (await mayPublish(seatApi, publish));
  return { ...outcome, status: isPublished ? withLimits(status, publish) : status };
}

/** Whether pods come of it that are made from the present spec. */
function makesPods(action: Action): boolean {
  if (action.action === 'RollSlot') return action.to.kind === 'Current';
  return action.action === 'StartSlots' || (action.action === 'RebuildGate' && action.slots.length > 0);
}

/**
 * Note: the configuration is copied before an instance starts with it; these Secrets are not, so that renewed certificates get to the
 * pods. What was found out about them may be minutes old, and a pod whose Secret is gone would wait for it for ever.
 *
 * @throws MovedOnError when they are not valid any more: the next look makes another plan.
 */
async function lookAtSecrets(
  { tlsReader }: ReconcileDependencies,
  { pool, tls }: Look,
  signal: AbortSignal,
): Promise<void> {
  if (tls.answer.state !== 'Valid') return;
  const { answer } = await tlsReader.read(pool, signal);
  if (answer.state === 'Invalid') throw new MovedOnError(`TLS is not set up any more: ${answer.message}`);
}

function applyContext(dependencies: ReconcileDependencies, seen: Look, signal: AbortSignal): ApplyContext {
  const { client, applier, caches, configReader, balancerImage, operatorNamespace } = dependencies;
  const { pool, observation, reading } = seen;
  return {
    client,
    applier,
    caches,
    pool,
    observation,
    balancerImage,
    operatorNamespace,
    configValue: async () => reading.value ?? (await configReader.read(pool, signal)).value,
    logger: dependencies.logger.child({ pool: `${pool.namespace}/${pool.name}` }),
    signal,
  };
}

function seatApiOf({ askSidecar, caches }: ReconcileDependencies, context: ApplyContext): SeatApi {
  const { client, pool, observation, balancerImage, signal } = context;
  const configSecretName = currentCopy(observation);
  const { revision } = observation.pool;
  const inputs = configSecretName === undefined ? undefined : { configSecretName, balancerImage, revision };
  const nodeOf = (name: string): WatchedNode | undefined => caches.nodes.get(name);
  return createSeatApi({ client, pool, inputs, nodeOf, askSidecar, signal });
}
