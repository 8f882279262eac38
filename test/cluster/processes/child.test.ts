import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../until.ts';
import { startChild } from './child.ts';
import { isAlive, readRecord } from './record.ts';

describe('a daemon child', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatewaypool-child-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('leaves its record and its log', async () => {
    const child = startChild(directory, 'speaker', 'sh', ['-c', 'echo to stdout; echo to stderr >&2; exec sleep 60']);

    await until('both lines', 5000, () => child.logTail() === 'to stdout\nto stderr');

    const record = readRecord(join(directory, 'speaker.pid'));
    expect(record?.pid).toBe(child.pid);
    expect(record && isAlive(record)).toBe(true);
    await child.stop(0);
    expect(record && isAlive(record)).toBe(false);
  });

  it('may end in peace within its grace', async () => {
    const script = "trap 'echo ended in peace; exit 0' TERM; echo up; while :; do sleep 0.05; done";
    const child = startChild(directory, 'polite', 'sh', ['-c', script]);
    await until('the trap', 5000, () => child.logTail() === 'up');

    await child.stop(10_000);

    expect(child.running).toBe(false);
    expect(readFileSync(join(directory, 'polite.log'), 'utf8')).toContain('ended in peace');
  });

  it('is killed when it outstays its grace', async () => {
    const child = startChild(directory, 'stubborn', 'sh', [
      '-c',
      "trap '' TERM; echo up; while :; do sleep 0.05; done",
    ]);
    await until('the trap', 5000, () => child.logTail() === 'up');

    await child.stop(50);

    expect(child.running).toBe(false);
  });

  it('can be stopped after it has ended by itself', async () => {
    const child = startChild(directory, 'short', 'true', []);
    await until('its end', 5000, () => !child.running);

    await expect(child.stop(0)).resolves.toBeUndefined();
  });
});
