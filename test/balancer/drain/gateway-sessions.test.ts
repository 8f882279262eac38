import { describe, expect, it } from '@jest/globals';
import { BalancerConfig } from '../../../src/balancer/config/schema.ts';
import { gatewaySessions } from '../../../src/balancer/drain/gateway-sessions.ts';

const listening = BalancerConfig.parse({
  listeners: [
    { name: 'ssh', protocol: 'TCP', port: 15_100, targetPort: 2222 },
    { name: 'web', protocol: 'HTTP', port: 15_101, targetPort: 8080 },
  ],
});
const telling = BalancerConfig.parse({
  listeners: listening.listeners,
  sessions: { source: 'HTTP', http: { port: 9000 } },
});
const outbound = BalancerConfig.parse({ sessions: { source: 'Kernel' } });

function count(config: BalancerConfig | undefined, outside: number | null, own: number | null) {
  const asked: number[][] = [];
  const counts = { sessions: 2, transit: 5, backends: { 'prod-0': 2, 'prod-1': 5 } };
  const counted = gatewaySessions({
    config: () => config,
    balancerCounts: () => counts,
    ownSessions: () => Promise.resolve(own),
    connectionsFromOutside: (ports) => {
      asked.push([...ports]);
      return Promise.resolve(outside);
    },
  });
  return { counted, asked };
}

describe('the sessions of a gateway', () => {
  it.each([
    { name: 'what came in here and what came from other pods', config: listening, outside: 3, own: 90, sessions: 5 },
    { name: 'nothing is known without the tables', config: listening, outside: null, own: 90, sessions: null },
    { name: 'what the gateway says, as it knows best', config: telling, outside: 3, own: 1, sessions: 1 },
    { name: 'unknown when the gateway does not say', config: telling, outside: 0, own: null, sessions: null },
    {
      name: 'what the kernel shows of a gateway that only dials out',
      config: outbound,
      outside: 3,
      own: 4,
      sessions: 4,
    },
    { name: 'unknown before there are settings', config: undefined, outside: 0, own: 0, sessions: null },
  ])('are $name', async ({ config, outside, own, sessions }) => {
    expect(await count(config, outside, own).counted).toBe(sessions);
  });

  it('from other pods arrive at the ports of the gateway, not at those of the sidecar', async () => {
    const { counted, asked } = count(listening, 0, 0);

    await counted;

    expect(asked).toEqual([[2222, 8080]]);
  });
});
