import type { Clock } from '../../kube/clock.ts';
import type { Target } from '../backend.ts';
import type { HealthCheck } from '../config/schema.ts';
import { checkDelayMilliseconds, targetsPerInterval } from './check-pace.ts';

/** One listener's targets, and where the results go. */
export interface CheckedListener {
  checkTargets(): readonly Target[];
  checked(target: Target, passed: boolean): void;
  /** Whether the checks find it well so far. */
  isUp(target: Target): boolean;
}

export interface ProberOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** Undefined: nothing is to be checked yet. */
  readonly settings: () => HealthCheck | undefined;
  /** The HTTP listeners as they are now. */
  readonly listeners: () => readonly CheckedListener[];
  readonly check: (target: Target, path: string, timeoutMilliseconds: number, signal: AbortSignal) => Promise<boolean>;
}

/** How often an idle prober looks whether there is something to check. */
const idleMilliseconds = 500;

/**
 * Checks every target of every HTTP listener, again and again until `signal` aborts. A round starts its checks spread over the
 * interval and does not wait for their results. Silence for one interval counts as a failure at once, not only at the time-out, so a
 * target that hangs is found within interval × (threshold + 1); an answer that comes later, but in time, is a pass nevertheless: a target
 * that is merely slow stays up.
 */
export async function runProber(options: ProberOptions, signal: AbortSignal): Promise<void> {
  const { clock, random, settings, listeners, check } = options;

  /** Targets that are asked out of turn. */
  let insisting = 0;

  /** One check. Resolves after an interval, or the time-out if that is shorter: true = it looks well, or there is nothing to find out. */
  async function ask({ listener, target }: Due, current: HealthCheck): Promise<boolean> {
    const { http, intervalMilliseconds, timeoutMilliseconds } = current;
    let answer: 'Passed' | 'Failed' | 'Late' | undefined;
    void check(target, http.path, timeoutMilliseconds, signal).then((passed) => {
      // A result after the end says nothing, and a failure after the silence nothing new.
      if (!signal.aborted && (passed || answer !== 'Late')) listener.checked(target, passed);
      answer = passed ? 'Passed' : 'Failed';
    });
    await clock.sleep(Math.min(intervalMilliseconds, timeoutMilliseconds), signal);
    if (signal.aborted || answer === 'Passed') return true;
    if (answer === undefined) {
      answer = 'Late';
      listener.checked(target, false);
    }
    return !listener.isUp(target);
  }

  /** In a large pool the next turn may be much later: who fails is asked again, until it is well or down. */
  async function askUntilSure(due: Due, current: HealthCheck): Promise<void> {
    if (await ask(due, current)) return;
    if (insisting >= targetsPerInterval(current.intervalMilliseconds)) return;
    insisting += 1;
    while (!(await ask(due, current)));
    insisting -= 1;
  }

  while (!signal.aborted) {
    const current = settings();
    const due = current?.mode === 'Active' ? listeners().flatMap((listener) => targetsOf(listener)) : [];
    if (current === undefined || due.length === 0) {
      await clock.sleep(idleMilliseconds, signal);
      continue;
    }
    const { intervalMilliseconds } = current;
    const round = checkDelayMilliseconds(intervalMilliseconds, due.length, random());
    for (const one of due) {
      void (round > intervalMilliseconds ? askUntilSure(one, current) : ask(one, current));
      await clock.sleep(round / due.length, signal);
    }
  }
}

interface Due {
  readonly listener: CheckedListener;
  readonly target: Target;
}

function targetsOf(listener: CheckedListener): readonly Due[] {
  return listener.checkTargets().map((target) => ({ listener, target }));
}
