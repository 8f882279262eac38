import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCutter } from '../../../src/balancer/drain/cut-sessions.ts';
import { createMetrics } from '../../../src/balancer/metrics/text-metrics.ts';
import { readFileIfAny } from '../../../src/balancer/state/atomic-file.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cut-sessions-'));
});
afterEach(() => rm(folder, { recursive: true }));

function cutterOf(world: { own: number | null; through: { sessions: number; transit: number } }, path = 'message') {
  const { logger, lines } = memoryLogger();
  const metrics = createMetrics();
  const terminationLog = join(folder, path);
  const cutter = createCutter({
    dataPlane: { cut: () => ({ ...world.through, backends: {} }) },
    gatewaySessions: () => Promise.resolve(world.own),
    counter: metrics.counter('cut_total', 'Cut.'),
    terminationLog,
    logger,
  });
  const counted = () => metrics.text().match(/^cut_total\{.*$/gm) ?? [];
  return { cutter, counted, lines, message: () => readFileIfAny(terminationLog) };
}

describe('a cut', () => {
  it('is counted, logged and told to the kubelet', async () => {
    const { cutter, counted, lines, message } = cutterOf({ own: 3, through: { sessions: 2, transit: 1 } });

    await cutter.cut(0);

    expect(counted()).toEqual(['cut_total{kind="own"} 3', 'cut_total{kind="transit"} 1']);
    expect(await message()).toBe('{"sessionsCut":3,"transitCut":1}');
    expect(lines).toMatchObject([{ sessions: 3, transit: 1, msg: expect.stringContaining('Cut the sessions') }]);
  });

  it('of nothing says nothing', async () => {
    const { cutter, counted, lines, message } = cutterOf({ own: 0, through: { sessions: 0, transit: 0 } });

    await cutter.cut(0);

    expect([counted(), lines, await message()]).toEqual([[], [], undefined]);
  });

  it('counts what ran through here when the whole number is not known', async () => {
    const { cutter, message } = cutterOf({ own: null, through: { sessions: 2, transit: 0 } });

    await cutter.cut(0);

    expect(await message()).toBe('{"sessionsCut":2,"transitCut":0}');
  });

  it('counts those that the gateway took along, when it is gone already', async () => {
    const { cutter, message } = cutterOf({ own: 0, through: { sessions: 0, transit: 1 } });

    await cutter.cut(4);

    expect(await message()).toBe('{"sessionsCut":4,"transitCut":1}');
  });

  it('adds up what came after the first one, without those that end with the gateway', async () => {
    const world = { own: 3, through: { sessions: 0, transit: 1 } };
    const { cutter, message } = cutterOf(world);
    await cutter.cut(0);

    world.through = { sessions: 0, transit: 2 };
    await cutter.cut(0);

    expect(await message()).toBe('{"sessionsCut":3,"transitCut":3}');
  });

  it.each([
    { name: 'when the kubelet loses patience after the deadline', known: 3 },
    { name: 'when two reasons to cut come at once', known: 0 },
  ])('counts no session twice $name', async ({ known }) => {
    const world = { own: 3, through: { sessions: 0, transit: 0 } };
    const { cutter, message, counted } = cutterOf(world);

    await Promise.all([cutter.cut(0), cutter.cut(known)]);
    await cutter.cut(known);

    expect(await message()).toBe('{"sessionsCut":3,"transitCut":0}');
    expect(counted()[0]).toBe('cut_total{kind="own"} 3');
  });

  it('is made also where the kubelet cannot be told', async () => {
    const { cutter, lines } = cutterOf({ own: 1, through: { sessions: 1, transit: 0 } }, 'missing/message');

    await cutter.cut(0);

    expect(lines.at(-1)?.msg).toBe('Could not write how many sessions were cut into the termination message');
  });
});
