import type { ProbeResult } from '../admin/admin.ts';
import type { Clock } from '../../kube/clock.ts';

/** The kubelet asks again a second after an answer, so an answer that waits for good news costs nothing and saves half a second. */
const patienceMilliseconds = 900;
const lookMilliseconds = 50;

/** Never rejects. */
type Probe = () => ProbeResult | Promise<ProbeResult>;

/** Its time is so short that nobody has to be able to break it off. */
const unbroken = new AbortController().signal;

/** Answers as soon as the probe succeeds, and else with what it says after 0.9 s, however long that takes it. Never rejects. */
export async function patiently(ask: Probe, clock: Clock): Promise<ProbeResult> {
  const until = clock.monotonicMilliseconds() + patienceMilliseconds;
  let result = await ask();
  while (!result.ok && clock.monotonicMilliseconds() < until) {
    await clock.sleep(lookMilliseconds, unbroken);
    result = await ask();
  }
  return result;
}

/** The same until it has succeeded once: what fails later is told at once. */
export function patientAtFirst(ask: Probe, clock: Clock): () => Promise<ProbeResult> {
  let succeeded = false;
  return async () => {
    const result = succeeded ? await ask() : await patiently(ask, clock);
    succeeded ||= result.ok;
    return result;
  };
}
