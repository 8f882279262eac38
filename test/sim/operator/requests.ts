import type { Cluster } from '../cluster/cluster.ts';
import type { Move } from '../cluster/move.ts';
import type { Caches } from './caches.ts';
import { watched } from './caches.ts';
import type { Send } from './sim-api.ts';

/** A request on its way: not at the server yet, or its answer not back yet. */
interface Call {
  readonly what: string;
  /** At the server. */
  arrive(): void;
  /** Back at the operator. */
  deliver: (() => void) | undefined;
}

/** The requests of one operator that are under way. Each takes its time, and its answer may get lost on the way. */
export interface Requests {
  readonly send: Send;
  /** Each one could arrive or come back next. */
  moves(): Move[];
  /** A request that would end an instance was sent, and is not at the server yet. */
  isAboutToStop(): boolean;
  /** The operator is gone: nobody waits for answers, and what was sent still arrives with this probability. */
  abandon(arriveProbability: number): void;
}

export function requestsOf(cluster: Cluster, caches: Caches, onAnswer: () => void): Requests {
  let calls: Call[] = [];

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
          const before = lengths(cluster);
          const answer = perform();
          const after = lengths(cluster);
          // Note: the answer may get lost although the request was carried out. The operator then does not know that it wrote.
          const lost = !cluster.calm && cluster.random.chance(0.01);
          call.deliver = () => {
            if (lost) {
              reject(new Error(`${what}: connection lost`));
              return;
            }
            for (const [position, name] of watched.entries()) {
              const written = after[position] ?? 0;
              if (written !== before[position]) caches.wrote(name, written - 1);
            }
            resolve(answer);
          };
        },
      };
      calls.push(call);
    });

  function finish(call: Call): void {
    if (!calls.includes(call)) return;
    calls = calls.filter((other) => other !== call);
    onAnswer();
    call.deliver?.();
  }

  return {
    send,
    moves: () =>
      calls.map((call): Move => {
        return () => {
          if (call.deliver === undefined) call.arrive();
          else finish(call);
          if (call.deliver !== undefined && (cluster.calm || cluster.random.chance(0.6))) finish(call);
        };
      }),
    isAboutToStop: () =>
      calls.some(({ what, deliver }) => deliver === undefined && /^(?:DELETE|APPLY) Deployment/u.test(what)),
    abandon: (arriveProbability) => {
      for (const call of calls) {
        if (call.deliver === undefined && cluster.random.chance(arriveProbability)) call.arrive();
      }
      calls = [];
    },
  };
}

function lengths({ store }: Cluster): number[] {
  return watched.map((name) => store.histories[name].length);
}
