import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { withLock } from './lock.ts';

const noWait = () => undefined;

describe('withLock', () => {
  it('lets one after the other in, and says once that it waits', async () => {
    const name = `test-${process.pid}-order`;
    const events: string[] = [];
    const first = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const holder = withLock(name, 1000, noWait, async () => {
      events.push('first in');
      entered.resolve();
      await first.promise;
      events.push('first out');
    });
    await entered.promise;
    const waiter = withLock(
      name,
      5000,
      () => {
        events.push('second waits');
        first.resolve();
      },
      async () => events.push('second in'),
    );

    await Promise.all([holder, waiter]);

    expect(events).toEqual(['first in', 'second waits', 'first out', 'second in']);
  });

  it('gives up after the time allowed', async () => {
    const name = `test-${process.pid}-time`;

    const inner = withLock(name, 1000, noWait, async () => withLock(name, 100, noWait, async () => 'never'));

    await expect(inner).rejects.toThrow(`waited 0.1 s in vain for: the lock on ${name}`);
  });

  it('is free again after its work failed', async () => {
    const name = `test-${process.pid}-failure`;
    const failing = withLock(name, 1000, noWait, async () => {
      throw new Error('broken work');
    });
    await expect(failing).rejects.toThrow('broken work');

    const next = await withLock(name, 1000, noWait, async () => 'in');

    expect(next).toBe('in');
  });

  it('is free again after its owner was killed', async () => {
    const name = `test-${process.pid}-killed`;
    const program = `
      import { withLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))};
      await withLock(${JSON.stringify(name)}, 1000, () => {}, async () => {
        console.log('in');
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });`;
    const owner = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program]);
    await once(owner.stdout, 'data');
    let waited = false;
    const next = withLock(
      name,
      10_000,
      () => {
        waited = true;
        owner.kill('SIGKILL');
      },
      async () => 'in',
    );

    await expect(next).resolves.toBe('in');

    expect(waited).toBe(true);
  });
});
