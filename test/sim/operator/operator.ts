import type { Plan } from '../../../src/operator/plan/actions.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { plan } from '../../../src/operator/plan/plan.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { say } from '../cluster/cluster.ts';
import type { Move } from '../cluster/move.ts';
import { configOfCopy, templateOf } from '../cluster/template.ts';
import { apply } from './apply.ts';
import type { Caches } from './caches.ts';
import { cachesOf } from './caches.ts';
import type { OperatorClock } from './observe.ts';
import { observe } from './observe.ts';
import { requestsOf } from './requests.ts';

/** One operator process. Two of them run at once without knowing of each other: no lease is trusted in here. */
export interface SimOperator {
  readonly name: string;
  readonly caches: Caches;
  /** What it could do next. */
  moves(): Move[];
  /** SIGKILL: what it was about is over; a request that was sent still arrives with this probability. */
  crash(arriveProbability?: number): void;
  /** Another version of the operator takes over, which brings another sidecar. */
  upgrade(image: string): void;
  readonly sidecar: () => string;
  readonly isBusy: () => boolean;
  /** It has decided to end an instance, and the request is on its way. */
  readonly isAboutToStop: () => boolean;
  /** Whether something waits for a promise that was resolved since this was last asked. */
  readonly wasWoken: () => boolean;
  /** What it would do now, from its caches as they are. */
  planNow(): Plan;
}

export function operatorOf(cluster: Cluster, name: string, clock: OperatorClock): SimOperator {
  const caches = cachesOf(cluster);
  const requests = requestsOf(cluster, caches, () => {
    woken = true;
  });
  let sidecar = 'balancer:1';
  let busy = false;
  let life = 0;
  let woken = false;

  const now = (): Date => new Date(1_700_000_000_000 + cluster.milliseconds + clock.skewMilliseconds);
  const look = (): Observation => observe(cluster, caches, { clock, sidecar });

  function reconcile(): void {
    const observation = look();
    const planned = plan(observation, now());
    busy = true;
    woken = true;
    const born = life;
    const template = templateOf(observation.pool.spec, configOf(observation), caches.read('pool').restart, sidecar);
    // Note: nobody waits for this promise: each of its requests is a move of its own. A crash drops it for ever.
    void apply({ cluster, send: requests.send, operator: name, observation, template }, planned).then(() => {
      if (life === born) busy = false;
    });
  }

  function crash(arriveProbability = 0.5): void {
    requests.abandon(arriveProbability);
    busy = false;
    life += 1;
    caches.relist();
  }

  return {
    name,
    caches,
    planNow: () => plan(look(), now()),
    sidecar: () => sidecar,
    isBusy: () => busy,
    isAboutToStop: () => requests.isAboutToStop(),
    wasWoken: () => {
      const was = woken;
      woken = false;
      return was;
    },
    moves: () => {
      const watches = cluster.apiIsDown ? [] : caches.behind().map((collection) => () => caches.advance(collection));
      return [...watches, ...requests.moves(), ...(busy || !caches.showsOwnWrites() ? [] : [reconcile])];
    },
    crash: (arriveProbability) => {
      crash(arriveProbability);
      say(cluster, `Operator ${name} was killed and came back`);
    },
    upgrade: (image) => {
      crash();
      sidecar = image;
      say(cluster, `Operator ${name} was upgraded; it brings sidecar ${image}`);
    },
  };
}

function configOf({ config }: Observation): number {
  return configOfCopy(config.state === 'Valid' ? config.copy : (config.lastGoodCopy ?? ''));
}
