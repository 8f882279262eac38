import type { GatewayPoolStatus } from '../../../src/api/status.ts';
import type {
  Action,
  OrderDrains,
  Plan,
  RememberRevision,
  RepairSlot,
  SeatAction,
  StopAction,
} from '../../../src/operator/plan/actions.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { stepReason } from '../../../src/operator/plan/step-reason.ts';
import { withLimits } from '../../../src/operator/plan/status.ts';
import { carryOut } from '../../../src/operator/seat-protocol/carry-out.ts';
import { mayPublish } from '../../../src/operator/seat-protocol/may-publish.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { replaceDeployment, say } from '../cluster/cluster.ts';
import type { SimTemplate } from '../cluster/template.ts';
import { intentOf } from './intent.ts';
import type { Send } from './sim-api.ts';
import { simSeatApi } from './sim-api.ts';
import { createBalancer } from './write-drains.ts';

/** One round of one operator. */
export interface Round {
  readonly cluster: Cluster;
  readonly send: Send;
  readonly operator: string;
  readonly observation: Observation;
  /** What it would make a slot from now. */
  readonly template: SimTemplate;
}

/** What `src/operator/apply` does with a plan, on the simulated API server. */
export async function apply(round: Round, planned: Plan): Promise<void> {
  const { cluster, send, operator, observation, template } = round;
  let allDone = true;
  try {
    for (const action of planned.actions) {
      if (!(await applyAction(round, action))) {
        allDone = false;
        break;
      }
    }
    const { publish } = planned;
    const asked = intentOf(operator, observation, { action: 'EnsureChildren', desiredInstances: 0 });
    const api = simSeatApi(cluster, send, asked, template);
    const publishes = allDone && publish !== undefined && (await mayPublish(api, publish));
    const status = publishes ? withLimits(planned.status, publish) : planned.status;
    if (await writeStatus(round, status)) tellEvents(cluster, planned);
  } catch {
    // A request failed; the next look goes on from what the cluster says then.
  }
}

/** Whether it was carried out; if not, the plan is out of date. */
async function applyAction(round: Round, action: Action): Promise<boolean> {
  const { cluster, send, operator, observation, template } = round;
  const intent = intentOf(operator, observation, action);
  switch (action.action) {
    case 'DeleteConfigCopies':
      return true;
    case 'EnsureChildren':
      if (observation.drains === undefined) await send('APPLY ConfigMap prod-balancer', () => createBalancer(cluster));
      return true;
    case 'RepairSlot':
      return send(`PATCH Deployment ${action.slot}`, () => repairSlot(cluster, action));
    case 'RememberRevision':
      return send(`PATCH Deployment ${action.slot}`, () => rememberRevision(cluster, action));
    case 'RebuildGate':
    case 'WriteGate':
    case 'StartSlots':
    case 'TakeBackSeats':
    case 'OrderDrains':
    case 'StopSlot':
    case 'RollSlot':
      break;
  }
  const isNews = action.action !== 'OrderDrains' || action.ordered.length + action.takenBack.length > 0;
  if (isNews) say(cluster, `Operator: ${sentenceOf(action)}`);
  const outcome = await carryOut(simSeatApi(cluster, send, intent, template), observation.pool, action);
  return outcome.done;
}

function sentenceOf(action: SeatAction | OrderDrains | StopAction): string {
  switch (action.action) {
    case 'OrderDrains':
    case 'StopSlot':
    case 'RollSlot':
      return action.reason;
    case 'RebuildGate':
    case 'WriteGate':
    case 'StartSlots':
    case 'TakeBackSeats':
      break;
  }
  return stepReason(action);
}

function repairSlot(cluster: Cluster, { uid, what, reason }: RepairSlot): true {
  replaceDeployment(cluster, uid, { drift: [], ...(what.includes('replicas') ? { replicas: 1 } : {}) });
  say(cluster, reason);
  return true;
}

function rememberRevision(cluster: Cluster, { uid, lastGood }: RememberRevision): true {
  replaceDeployment(cluster, uid, { lastGood });
  return true;
}

export function sameStatus(left: GatewayPoolStatus, right: GatewayPoolStatus | undefined): boolean {
  return isSame(left, right);
}

/** As JSON. Note: by hand, because statuses are compared hundreds of thousands of times. */
function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;

  const [mine, others] = [Object.entries(left), Object.values(right)];
  return (
    mine.length === others.length &&
    mine.every(([key, value]) => key in right && isSame(value, Reflect.get(right, key)))
  );
}

/** A compare-and-swap on the pool's resourceVersion, left out when nothing changed. */
async function writeStatus({ cluster, send, observation }: Round, status: GatewayPoolStatus): Promise<boolean> {
  const { pool } = observation;
  if (sameStatus(status, pool.status)) return false;

  return send('PATCH status', () => {
    const stored = cluster.store.last('pool');
    if (String(stored.resourceVersion) !== pool.resourceVersion) return false;

    cluster.store.write('pool', { ...stored, resourceVersion: cluster.nextVersion(), status });
    const before = stored.status;
    if (before?.summary !== status.summary || before?.maxInstances !== status.maxInstances) {
      say(cluster, `Status: max ${status.maxInstances ?? '-'}, ${status.summary ?? ''}`);
    }
    return true;
  });
}

/** Events are recorded by whoever wrote the status. */
function tellEvents(cluster: Cluster, { events }: Plan): void {
  for (const { type, reason, message } of events) say(cluster, `${type} event ${reason}: ${message}`);
}
