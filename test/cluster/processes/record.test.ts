import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { until } from '../until.ts';
import { formatRecord, isAlive, parseRecord, recordOf, signal } from './record.ts';

describe('a process record', () => {
  it('recognises a living process', () => {
    const record = recordOf(process.pid);

    expect(record).toEqual({ pid: process.pid, startTime: expect.stringMatching(/^\d+$/) });
    expect(record && isAlive(record)).toBe(true);
  });

  it('does not take another process with the same pid for it', () => {
    const reused = { pid: process.pid, startTime: '1' };

    expect(isAlive(reused)).toBe(false);
    expect(signal(reused, 'SIGKILL')).toBe(false);
  });

  it('is absent for a pid that nobody has', () => {
    // 2^22 is the largest pid that Linux ever gives.
    expect(recordOf(4_194_305)).toBeUndefined();
  });

  it('reads a command name that holds spaces and parentheses', async () => {
    const child = spawn('sleep', ['60'], { argv0: 'sleep' });
    const renamed = spawn(process.execPath, ['-e', "process.title = 'a) b (c'; setInterval(() => {}, 1000)"]);
    await once(renamed, 'spawn');

    const records = [recordOf(child.pid ?? 0), recordOf(renamed.pid ?? 0)];

    expect(records.map((record) => record && isAlive(record))).toEqual([true, true]);
    child.kill('SIGKILL');
    renamed.kill('SIGKILL');
  });

  it('counts a zombie as dead', async () => {
    // What the shell becomes never waits for the child, so that stays in the process table. The shell itself would, so it has time to go.
    const parent = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [output] = await once(parent.stdout, 'data');
    const record = recordOf(Number(String(output)));

    await until('the child to end', 30_000, () => record && !isAlive(record));

    expect(recordOf(record?.pid ?? 0)).toEqual(record);
    parent.kill('SIGKILL');
  });

  it.each([
    { name: 'what formatRecord writes', text: formatRecord({ pid: 12, startTime: '345' }), pid: 12 },
    { name: 'a bare pid', text: '12\n', pid: undefined },
    { name: 'a file that was cut short', text: '12 34', pid: undefined },
    { name: 'an empty file', text: '', pid: undefined },
    { name: 'words', text: 'no pid\n', pid: undefined },
  ])('parses $name', ({ text, pid }) => {
    expect(parseRecord(text)?.pid).toBe(pid);
  });
});
