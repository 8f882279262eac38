import type { GatewayPoolStatus } from '../../../src/api/status.ts';
import type { Action, Plan } from '../../../src/operator/plan/actions.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { plan } from '../../../src/operator/plan/plan.ts';
import { stepReason } from '../../../src/operator/plan/step-reason.ts';
import { withLimits } from '../../../src/operator/plan/status.ts';
import { carryOut } from '../../../src/operator/seat-protocol/carry-out.ts';
import { mayPublish } from '../../../src/operator/seat-protocol/may-publish.ts';
import type { SeatApi } from '../../../src/operator/seat-protocol/seat-api.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { replaceDeployment, say } from '../cluster/cluster.ts';
import type { Move } from '../cluster/controllers.ts';
import type { Caches } from './caches.ts';
import { cachesOf } from './caches.ts';
import { observe } from './observe.ts';
import type { Send } from './sim-api.ts';
import { simSeatApi } from './sim-api.ts';

/** A request on its way: not at the server yet, or its answer not back yet. */
interface Call {
  readonly what: string;
  /** At the server. */
  arrive(): void;
  /** Back at the operator. */
  deliver: (() => void) | undefined;
}

/** One operator process. Two of them run at once without knowing of each other: no lease is trusted in here. */
export interface SimOperator {
  readonly name: string;
  readonly caches: Caches;
  /** What it could do next. */
  moves(): Move[];
  /** SIGKILL: what it was about is over; a request that was sent still arrives with this probability. */
  crash(arriveProbability?: number): void;
  readonly isBusy: () => boolean;
  /** Whether something waits for a promise that was resolved since this was last asked. */
  readonly wasWoken: () => boolean;
  /** What it would do now, from its caches as they are. */
  planNow(): Plan;
}

export function operatorOf(
  cluster: Cluster,
  name: string,
  clock: { skewMilliseconds: number; rate: number },
): SimOperator {
  const caches = cachesOf(cluster);
  let calls: Call[] = [];
  let busy = false;
  let life = 0;
  let woken = false;

  const now = (): Date => new Date(1_700_000_000_000 + cluster.milliseconds + clock.skewMilliseconds);
  const planNow = (): Plan => plan(observe(cluster, caches, clock.rate), now());

  const send: Send = (what, perform) =>
    new Promise((resolve, reject) => {
      const call: Call = {
        what,
        deliver: undefined,
        arrive: () => {
          if (cluster.apiIsDown) {
            call.deliver = () => reject(new Error(`${what}: no connection`));
            return;
          }
          const answer = perform();
          // Note: the answer may get lost although the request was carried out.
          const lost = cluster.random.chance(0.01);
          call.deliver = lost ? () => reject(new Error(`${what}: connection lost`)) : () => resolve(answer);
        },
      };
      calls.push(call);
    });
  const api = simSeatApi(cluster, send);

  function finish(call: Call): void {
    if (!calls.includes(call)) return;
    calls = calls.filter((other) => other !== call);
    woken = true;
    call.deliver?.();
  }

  function reconcile(): void {
    const observation = observe(cluster, caches, clock.rate);
    const planned = plan(observation, now());
    busy = true;
    woken = true;
    const born = life;
    // Note: nobody waits for this promise: each of its requests is a move of its own. A crash drops it for ever.
    void apply(cluster, api, send, observation, planned).then(() => {
      if (life === born) busy = false;
    });
  }

  return {
    name,
    caches,
    planNow,
    isBusy: () => busy,
    wasWoken: () => {
      const was = woken;
      woken = false;
      return was;
    },
    moves: () => {
      const watches = cluster.apiIsDown ? [] : caches.behind().map((collection) => () => caches.advance(collection));
      const answers = calls.map((call): Move => {
        return () => {
          if (call.deliver === undefined) call.arrive();
          else finish(call);
          if (call.deliver !== undefined && cluster.random.chance(0.6)) finish(call);
        };
      });
      return [...watches, ...answers, ...(busy ? [] : [reconcile])];
    },
    crash: (arriveProbability = 0.5) => {
      for (const call of calls) {
        if (call.deliver === undefined && cluster.random.chance(arriveProbability)) call.arrive();
      }
      calls = [];
      busy = false;
      life += 1;
      caches.relist();
      say(cluster, `Operator ${name} was killed and came back`);
    },
  };
}

/** What `src/operator/apply` does with a plan, on the simulated API server. */
async function apply(
  cluster: Cluster,
  api: SeatApi,
  send: Send,
  observation: Observation,
  planned: Plan,
): Promise<void> {
  let allDone = true;
  try {
    for (const action of planned.actions) {
      if (!(await applyAction(cluster, api, send, observation, action))) {
        allDone = false;
        break;
      }
    }
    const { publish } = planned;
    const publishes = allDone && publish !== undefined && (await mayPublish(api, publish));
    const status = publishes ? withLimits(planned.status, publish) : planned.status;
    await writeStatus(cluster, send, observation, status);
  } catch {
    // A request failed; the next look goes on from what the cluster says then.
  }
}

async function applyAction(
  cluster: Cluster,
  api: SeatApi,
  send: Send,
  { pool }: Observation,
  action: Action,
): Promise<boolean> {
  switch (action.action) {
    case 'RepairSlot':
      await send(`PATCH Deployment ${action.slot}`, () => {
        replaceDeployment(cluster, action.uid, {
          drift: [],
          ...(action.what.includes('replicas') ? { replicas: 1 } : {}),
        });
        say(cluster, action.reason);
      });
      return true;
    case 'EnsureChildren':
    case 'DeleteConfigCopies':
      break;
    case 'RebuildGate':
    case 'WriteGate':
    case 'StartSlots':
    case 'TakeBackSeats': {
      say(cluster, `Operator: ${stepReason(action)}`);
      const outcome = await carryOut(api, pool, action);
      return outcome.done;
    }
  }
  return true;
}

const texts = new WeakMap<GatewayPoolStatus, string>();

/** Note: a stored status is compared thousands of times, so its text is kept. */
function textOf(status: GatewayPoolStatus): string {
  const text = texts.get(status) ?? JSON.stringify(status);
  texts.set(status, text);
  return text;
}

export function sameStatus(left: GatewayPoolStatus, right: GatewayPoolStatus | undefined): boolean {
  return right !== undefined && left.summary === right.summary && textOf(left) === textOf(right);
}

/** A compare-and-swap on the pool's resourceVersion, left out when nothing changed. */
async function writeStatus(
  cluster: Cluster,
  send: Send,
  { pool }: Observation,
  status: GatewayPoolStatus,
): Promise<void> {
  if (sameStatus(status, pool.status)) return;

  await send('PATCH status', () => {
    const stored = cluster.store.last('pool');
    if (String(stored.resourceVersion) !== pool.resourceVersion) return;

    cluster.store.write('pool', { ...stored, resourceVersion: cluster.nextVersion(), status });
    const before = stored.status;
    if (before?.summary !== status.summary || before?.maxInstances !== status.maxInstances) {
      say(cluster, `Status: max ${status.maxInstances ?? '-'}, ${status.summary ?? ''}`);
    }
  });
}
