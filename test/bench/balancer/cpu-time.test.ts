import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { cpuNanoseconds } from './cpu-time.ts';

/** Until the thread has used so much. */
const useProcessor = (milliseconds: number) =>
  `const begin = process.cpuUsage(); while (process.cpuUsage(begin).user < ${milliseconds * 1000});`;

describe('cpuNanoseconds', () => {
  it('counts what all threads of a process used, in nanoseconds', async () => {
    const before = cpuNanoseconds(process.pid);

    const worker = new Worker(
      `${useProcessor(100)} require('node:worker_threads').parentPort.postMessage('used');
      setInterval(() => {}, 1000);`,
      { eval: true },
    );
    await once(worker, 'message');
    const used = cpuNanoseconds(process.pid) - before;
    await worker.terminate();

    expect(used).toBeGreaterThan(100e6 * 0.9);
    expect(used).toBeLessThan(100e9);
  });

  it('hardly grows while a process waits', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const before = cpuNanoseconds(process.pid);
    const first = cpuNanoseconds(child.pid ?? 0);

    while (cpuNanoseconds(process.pid) - before < 50e6);
    const used = cpuNanoseconds(child.pid ?? 0) - first;
    child.kill('SIGKILL');

    expect(used).toBeLessThan(25e6);
  });
});
