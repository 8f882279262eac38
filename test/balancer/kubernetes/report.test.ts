import { describe, expect, it } from '@jest/globals';
import type { Standing } from '../../../src/balancer/drain/drain-state.ts';
import { registerKubernetesMetrics, sessionsReport } from '../../../src/balancer/kubernetes/report.ts';
import { createMetrics } from '../../../src/balancer/metrics/text-metrics.ts';
import type { OwnSessionCount } from '../../../src/balancer/sessions/own-sessions.ts';
import { FakeClock } from '../../kube/fake-clock.ts';

const counts = { sessions: 3, transit: 1, backends: { 'prod-0': 3, 'prod-1': 1 } };
const drainOf = (standing: Standing | null, ordered: string[] = []) => {
  return { standing: () => standing, now: () => 10_000, ordered: () => new Set(ordered), ordersGeneration: () => 7 };
};

function reportOf(count: () => Promise<OwnSessionCount>, standing: Standing | null = null, clock = new FakeClock()) {
  const drain = drainOf(standing, ['uid-1']);
  return sessionsReport({ counts, ownSessions: { count }, drain, ending: false, held: null, clock });
}

describe('the report of a sidecar', () => {
  it('tells what is counted, who keeps the gateway busy, and who drains', async () => {
    const count = () => Promise.resolve({ sessions: 2, busyPeers: ['192.0.2.7:443'] });

    const report = await reportOf(count, { cause: 'Ordered', since: 0, deadline: 70_000 });

    expect(report).toEqual({
      sessions: 2,
      transit: 1,
      backends: { 'prod-0': 3, 'prod-1': 1 },
      busyPeers: ['192.0.2.7:443'],
      draining: true,
      drain: { cause: 'Ordered', deadlineReached: false, remainingSeconds: 60 },
      knownDrains: ['uid-1'],
      drainsGeneration: 7,
      ending: false,
      held: null,
    });
  });

  it('has no drain in a pod that takes new sessions', async () => {
    const report = await reportOf(() => Promise.resolve({ sessions: 0, busyPeers: [] }));

    expect([report.draining, report.drain]).toEqual([false, null]);
  });

  it('comes within 0.5 s with an unknown number when the gateway does not tell it: who is silent looks lost', async () => {
    const clock = new FakeClock();
    const asked = reportOf(() => new Promise(() => {}), null, clock);

    await clock.advance(500);

    expect(await asked).toMatchObject({ sessions: null, busyPeers: [], transit: 1 });
  });

  it('leaves no timer behind', async () => {
    const clock = new FakeClock();

    await reportOf(() => Promise.resolve({ sessions: 0, busyPeers: [] }), null, clock);

    expect(clock.sleeping).toBe(0);
  });
});

describe('the metrics of a sidecar', () => {
  it.each([
    { standing: null, lines: [0, 0] },
    { standing: { cause: 'Ordered', since: 0, deadline: null } as const, lines: [1, 0] },
    { standing: { cause: 'PodEnding', since: 0, deadline: 1 } as const, lines: [0, 1] },
  ])('say whether and why it drains: $lines', ({ standing, lines: [ordered, ending] }) => {
    const metrics = createMetrics();
    const seat = { taken: () => true, held: () => null, viewChanged: () => {}, run: () => Promise.resolve() };

    registerKubernetesMetrics(metrics, { seat, drain: drainOf(standing), watchAgeMilliseconds: () => ({}) });

    expect(metrics.text()).toContain(`gatewaypool_balancer_draining{cause="Ordered"} ${ordered}\n`);
    expect(metrics.text()).toContain(`gatewaypool_balancer_draining{cause="PodEnding"} ${ending}\n`);
  });
});
