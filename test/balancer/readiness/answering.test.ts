import { describe, expect, it } from '@jest/globals';
import { targetAt } from '../../../src/balancer/backend.ts';
import { BalancerConfig } from '../../../src/balancer/config/schema.ts';
import { type HttpCheck, gatewayAnswers } from '../../../src/balancer/readiness/answering.ts';

const listeners = [
  { name: 'ssh', protocol: 'TCP', port: 15_100, targetPort: 2222 },
  { name: 'http', protocol: 'HTTP', port: 15_101, targetPort: 8080 },
  { name: 'tunnel', protocol: 'HTTP', port: 15_102, targetPort: 8081 },
];
const healthCheck = { http: { path: '/healthz' }, timeoutMilliseconds: 700 };
const active = BalancerConfig.parse({ listeners, healthCheck: { mode: 'Active', ...healthCheck } });
const passive = BalancerConfig.parse({ listeners, healthCheck: { mode: 'Passive' } });

/** A gateway that answers on these ports, and what it was asked. */
function gatewayOn(...ports: readonly number[]): { check: HttpCheck; asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    check: async (target, path, timeoutMilliseconds) => {
      asked.push({ target, path, timeoutMilliseconds });
      return ports.includes(target.port);
    },
  };
}

describe('whether the gateway answers', () => {
  it('asks every HTTP port once, at the address of the pod', async () => {
    const { check, asked } = gatewayOn(8080, 8081);

    const result = await gatewayAnswers('10.0.0.7', () => active, check)();

    expect(result?.ok).toBe(true);
    expect(asked).toEqual(
      [8080, 8081].map((port) => ({
        target: targetAt('own', '10.0.0.7', port),
        path: '/healthz',
        timeoutMilliseconds: 700,
      })),
    );
  });

  it('names the port that does not', async () => {
    const { check } = gatewayOn(8080);

    const result = await gatewayAnswers('10.0.0.7', () => active, check)();

    expect(result).toEqual({ ok: false, message: 'The gateway does not answer GET /healthz on port 8081 below 500' });
  });

  it.each([
    { name: 'there is no health check', config: passive },
    { name: 'no configuration was read', config: undefined },
  ])('asks nothing when $name', async ({ config }) => {
    const { check, asked } = gatewayOn();

    const result = await gatewayAnswers('10.0.0.7', () => config, check)();

    expect(result).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('gives up before the kubelet does', async () => {
    const { check, asked } = gatewayOn(8080, 8081);
    const slow = { ...active, healthCheck: { ...active.healthCheck, timeoutMilliseconds: 60_000 } };

    await gatewayAnswers('10.0.0.7', () => slow, check)();

    expect(asked).toEqual([
      expect.objectContaining({ timeoutMilliseconds: 4000 }),
      expect.objectContaining({ timeoutMilliseconds: 4000 }),
    ]);
  });

  it('asks once for all who ask at the same time, and anew afterwards', async () => {
    const { check, asked } = gatewayOn(8080, 8081);
    const answers = gatewayAnswers('10.0.0.7', () => active, check);

    await Promise.all([answers(), answers(), answers()]);
    const together = asked.length;
    await answers();

    expect(together).toBe(2);
    expect(asked).toHaveLength(4);
  });
});
