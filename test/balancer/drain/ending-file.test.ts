import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endingFile } from '../../../src/balancer/drain/ending-file.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';
import { soon } from '../../kube/soon.ts';

let folder: string;
let stop: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ending-file-'));
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await rm(folder, { recursive: true, force: true });
});

function fileIn(where = folder) {
  const clock = new FakeClock();
  const { logger, lines } = memoryLogger();
  return { file: endingFile(where, clock, logger), clock, lines };
}

const makeSign = (where = folder) => writeFile(join(where, 'ending'), '');

async function isOver(waiting: Promise<void>): Promise<boolean> {
  return Promise.race([
    waiting.then(() => true),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ]);
}

describe('the sign of the kubelet’s hook', () => {
  it('is seen at once, without a look at the clock', async () => {
    const { file } = fileIn();
    const waiting = file.appears(stop.signal);
    await writeFile(join(folder, 'drain.json'), '{}');
    const before = await isOver(waiting);

    await makeSign();

    await waiting;
    expect(before).toBe(false);
    expect(file.exists()).toBe(true);
  });

  it('is seen when it is there already', async () => {
    await makeSign();
    const { file, clock } = fileIn();

    await file.appears(stop.signal);

    expect(clock.sleeping).toBe(0);
  });

  it('is forgotten when the sidecar starts: an earlier process was told', async () => {
    await makeSign();
    const { file } = fileIn();

    await file.forget();

    expect(file.exists()).toBe(false);
    expect(await isOver(file.appears(stop.signal))).toBe(false);
  });

  it('is found within a second where nobody can be notified', async () => {
    const missing = join(folder, 'not-yet');
    const { file, clock, lines } = fileIn(missing);
    const waiting = file.appears(stop.signal);
    await mkdir(missing);
    await makeSign(missing);
    await soon('the sleep', () => clock.sleeping === 1);

    await clock.advance(1000);

    await waiting;
    expect(lines.map((line) => line.msg)).toEqual([
      'Cannot be notified of the pod’s end; looks for it once a second instead',
    ]);
  });

  it('is waited for no longer than it is told to', async () => {
    const { file } = fileIn();
    const waiting = file.appears(stop.signal);

    stop.abort();

    await waiting;
    expect(file.exists()).toBe(false);
  });
});
