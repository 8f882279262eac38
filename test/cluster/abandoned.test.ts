import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createOwnedDirectory, removeAbandoned } from './abandoned.ts';
import { formatRecord, isAlive, recordOf } from './processes/record.ts';
import { until } from './until.ts';

const deadOwner = formatRecord({ pid: process.pid, startTime: '1' });

describe('removeAbandoned', () => {
  let parent: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'gatewaypool-abandoned-'));
  });

  afterEach(async () => {
    await rm(parent, { recursive: true });
  });

  it('leaves the directory of a living process alone', async () => {
    const mine = await createOwnedDirectory(parent);

    await removeAbandoned(parent);

    expect(existsSync(mine)).toBe(true);
  });

  it('kills the daemons of a dead owner and removes its directory', async () => {
    const abandoned = join(parent, 'control-plane-dead');
    const daemon = spawn('sleep', ['60'], { stdio: 'ignore' });
    const record = recordOf(daemon.pid ?? 0);
    if (record === undefined) throw new Error('sleep did not start');
    await mkdir(abandoned);
    await writeFile(join(abandoned, 'owner.pid'), deadOwner);
    await writeFile(join(abandoned, 'etcd.pid'), formatRecord(record));

    await removeAbandoned(parent);

    await until('the daemon to end', 5000, () => !isAlive(record));
    expect(existsSync(abandoned)).toBe(false);
  });

  it.each([
    { name: 'leaves a directory that is just being made', ageSeconds: 1, remains: true },
    { name: 'removes a directory whose making was cut short', ageSeconds: 3600, remains: false },
  ])('$name', async ({ ageSeconds, remains }) => {
    const directory = join(parent, 'control-plane-new');
    const made = Date.now() / 1000 - ageSeconds;
    await mkdir(directory);
    await utimes(directory, made, made);

    await removeAbandoned(parent);

    expect(existsSync(directory)).toBe(remains);
  });

  it('does nothing when there never was a directory', async () => {
    await expect(removeAbandoned(join(parent, 'none'))).resolves.toBeUndefined();
  });
});
