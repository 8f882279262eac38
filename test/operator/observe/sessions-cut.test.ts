import { describe, expect, it } from '@jest/globals';
import { sessionsCutSince } from '../../../src/operator/observe/sessions-cut.ts';
import type { WatchedContainerStatus, WatchedPod } from '../../../src/operator/observe/watched-pod.ts';

const words = (sessionsCut: unknown, transitCut: unknown): string => JSON.stringify({ sessionsCut, transitCut });

function podOf(status: Partial<WatchedContainerStatus>, name = 'balancer'): WatchedPod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'prod-0-abc' },
    status: { initContainerStatuses: [{ name, restartCount: 0, ...status }] },
  };
}

const ended = (message: string, finishedAt = '2026-01-01T00:00:01Z') => ({ terminated: { finishedAt, message } });
const running = podOf({ state: { running: {} } });

describe('sessionsCutSince', () => {
  it('tells what the sidecar said at its end', () => {
    expect(sessionsCutSince(running, podOf({ state: ended(words(2, 1)) }))).toEqual([
      { known: true, sessionsCut: 2, transitCut: 1 },
    ]);
  });

  it('tells it when the pod was not known before', () => {
    expect(sessionsCutSince(undefined, podOf({ state: ended(words(2, 1)) }))).toHaveLength(1);
  });

  it('tells it of a sidecar that was restarted in place', () => {
    const restarted = podOf({ state: { running: {} }, lastState: ended(words(0, 4)) });

    expect(sessionsCutSince(running, restarted)).toEqual([{ known: true, sessionsCut: 0, transitCut: 4 }]);
  });

  it('tells each end once, also when it becomes the last but one', () => {
    const first = ended(words(2, 0), '2026-01-01T00:00:01Z');
    const second = ended(words(3, 0), '2026-01-01T00:00:09Z');

    const again = sessionsCutSince(podOf({ state: first }), podOf({ state: first }));
    const next = sessionsCutSince(podOf({ state: first }), podOf({ state: second, lastState: first }));

    expect([again, next]).toEqual([[], [{ known: true, sessionsCut: 3, transitCut: 0 }]]);
  });

  const killed = { terminated: { finishedAt: '2026-01-01T00:00:01Z', reason: 'OOMKilled', exitCode: 137 } };

  it('says of a sidecar that was killed that nobody knows how many', () => {
    const serving = podOf({ state: { running: {} }, started: true });

    expect(sessionsCutSince(serving, podOf({ state: killed }))).toEqual([
      { known: false, how: 'OOMKilled, exit code 137' },
    ]);
  });

  it('says nothing of one that was killed while it held its gateway back', () => {
    const held = podOf({ state: { running: {} }, started: false });

    expect(sessionsCutSince(held, podOf({ state: killed }))).toEqual([]);
  });

  it.each([
    { name: 'that runs', pod: running },
    { name: 'that cut nobody', pod: podOf({ state: ended(words(0, 0)) }) },
    { name: 'that said nothing', pod: podOf({ state: { terminated: { finishedAt: 'x' } } }) },
    { name: 'that crashed with words of its own', pod: podOf({ state: ended('panic: out of memory') }) },
    { name: 'that did not count', pod: podOf({ state: ended(words('many', 1)) }) },
    { name: 'that is another container', pod: podOf({ state: ended(words(2, 1)) }, 'wait-for-dns') },
  ])('is silent about a sidecar $name', ({ pod }) => {
    expect(sessionsCutSince(running, pod)).toEqual([]);
  });
});
