import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLastState } from '../../../src/balancer/kubernetes/last-state.ts';
import type { SlotEndpoint } from '../../../src/balancer/endpoints/pool-view.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { readFileIfAny } from '../../../src/balancer/state/atomic-file.ts';
import { until } from '../../cluster/until.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';

let folder: string;
let stop: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'last-state-'));
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await rm(folder, { recursive: true });
});

const pod = (slot: string): SlotEndpoint => {
  return { slot, podName: slot, podUid: slot, address: '10.1.0.1', ready: true, serving: true, terminating: false };
};

function lastStateOf(podUid = 'uid-1') {
  const clock = new FakeClock();
  const { logger, lines } = memoryLogger();
  return { lastState: createLastState({ folder, podUid, clock, logger }), clock, lines };
}

const saved = async (): Promise<string> => (await readFileIfAny(join(folder, 'last-state.json'))) ?? '';

describe('the last known state', () => {
  it('is nothing in a new pod', async () => {
    const { lastState, lines } = lastStateOf();

    expect(await lastState.load()).toBeUndefined();
    expect(lines).toEqual([]);
  });

  it('comes back in the next process of the same pod', async () => {
    const { lastState } = lastStateOf();
    const state = { settings: 'listeners: []', drains: 'draining: []', view: [pod('prod-0')] };
    lastState.put(state);

    stop.abort();
    await lastState.run(stop.signal);

    expect(await lastStateOf().lastState.load()).toEqual(state);
    expect(await lastStateOf('uid-2').lastState.load()).toBeUndefined();
  });

  it('is written soon, then at most once a second, and the newest at the end', async () => {
    const { lastState, clock } = lastStateOf();
    const running = lastState.run(stop.signal);
    lastState.put({ view: [pod('prod-0')] });
    lastState.put({ settings: 'together', view: [pod('prod-0')] });
    await clock.advance(100);
    await until('the first write', 5000, async () => (await saved()).includes('together') && clock.sleeping === 1);

    lastState.put({ view: [pod('prod-1')] });
    await clock.advance(900);
    const duringPause = await saved();
    await clock.advance(200);
    await until('the second write', 5000, async () => (await saved()).includes('prod-1') && clock.sleeping === 1);
    lastState.put({ view: [pod('prod-2')] });
    stop.abort();
    await running;

    expect(duringPause).not.toContain('prod-1');
    expect(await saved()).toContain('prod-2');
  });

  it.each(['{', '{"podUid":"uid-1","view":"none"}', ''])(
    'is nothing when the file says %j, and that is logged',
    async (text) => {
      const { lastState, lines } = lastStateOf();
      await writeFile(join(folder, 'last-state.json'), text);

      expect(await lastState.load()).toBeUndefined();
      expect(lines.map((line) => line.msg)).toEqual(['Ignored the saved state of the pool: it cannot be read']);
    },
  );

  it('cannot be saved on a full disk: that is logged, and nothing ends', async () => {
    const { logger, lines } = memoryLogger();
    const clock = systemClock;
    const lastState = createLastState({ folder: join(folder, 'missing'), podUid: 'uid-1', clock, logger });
    const running = lastState.run(stop.signal);

    lastState.put({ view: [] });
    await until('the log', 5000, () => lines.length > 0);
    stop.abort();
    await running;

    expect(lines[0]?.msg).toMatch(/^Could not save the state of the pool/);
  });
});
