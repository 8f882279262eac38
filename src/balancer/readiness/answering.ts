import type { ProbeResult } from '../admin/admin.ts';
import { type Target, targetAt } from '../backend.ts';
import type { BalancerConfig } from '../config/schema.ts';
import { targetPorts } from '../config/target-ports.ts';

/** Asks one target over HTTP, as active health checks do. Never rejects. */
export type HttpCheck = (
  target: Target,
  path: string,
  timeoutMilliseconds: number,
  signal: AbortSignal,
) => Promise<boolean>;

const noEnd = new AbortController().signal;

/** The kubelet waits 5 s for the readiness of the sidecar, whatever time the health check gives the gateway. */
const longestMilliseconds = 4000;

/**
 * Whether the gateway of this pod answers its health check on every port that HTTP listeners send work to. The sidecar asks in place of
 * the kubelet: that one looks once per second at best, and a rollout waits for the first good answer of each instance. Questions that
 * come while one is under way share its answer: however many ask, the gateway has one check of each port to answer at a time.
 * undefined: it has no health check.
 *
 * @param address of this pod, where the other sidecars reach its gateway too
 */
export function gatewayAnswers(
  address: string,
  config: () => Pick<BalancerConfig, 'listeners' | 'healthCheck'> | undefined,
  check: HttpCheck,
): () => Promise<ProbeResult | undefined> {
  let underWay: Promise<ProbeResult | undefined> | undefined;

  async function ask(): Promise<ProbeResult | undefined> {
    const { listeners = [], healthCheck } = config() ?? {};
    if (healthCheck?.mode !== 'Active') return undefined;

    const { http } = healthCheck;
    const timeoutMilliseconds = Math.min(healthCheck.timeoutMilliseconds, longestMilliseconds);
    const ports = [...targetPorts(listeners.filter(({ protocol }) => protocol === 'HTTP'))];
    const answers = await Promise.all(
      ports.map(async (port) => check(targetAt('own', address, port), http.path, timeoutMilliseconds, noEnd)),
    );
    const silent = ports.filter((_, index) => answers[index] !== true);
    return silent.length === 0
      ? { ok: true, message: 'The gateway listens on every port that work is sent to, and answers its health check' }
      : { ok: false, message: `The gateway does not answer GET ${http.path} on port ${silent.join(', ')} below 500` };
  }

  return () => {
    underWay ??= ask().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
