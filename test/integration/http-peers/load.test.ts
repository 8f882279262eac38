import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { closeServers, portOf } from '../../balancer/loopback-servers.ts';
import { run } from '../../cluster/processes/run.ts';
import { type Lanes, startLanes } from './balancer-lanes.ts';
import { describeWith } from './peers/describe-with.ts';

const headMilliseconds = 2000;

let url: string;
let lanes: Lanes;
let served = 0;
beforeAll(async () => {
  const server = createServer((_request, response) => {
    served += 1;
    response.end('ok');
  });
  lanes = await startLanes([await portOf(server)], { limits: { headMilliseconds } });
  url = `http://127.0.0.1:${lanes.ports[0]}/a`;
});
afterAll(async () => {
  await lanes.stop();
  await closeServers();
});

const patience = { timeoutMilliseconds: 60_000 };

await describeWith('h2load', () => {
  it('ends a moderate load without an error', async () => {
    const before = served;

    const report = await run('h2load', ['--h1', '-n', '4000', '-c', '16', '-t', '1', url], patience);

    expect(report).toMatch(/4000 done, 4000 succeeded, 0 failed, 0 errored, 0 timeout/);
    expect(report).toMatch(/status codes: 4000 2xx, 0 3xx, 0 4xx, 0 5xx/);
    expect(served - before).toBe(4000);
  });
});

await describeWith('wrk', () => {
  it('ends a moderate load without an error', async () => {
    const report = await run('wrk', ['-t1', '-c16', '-d2s', url], patience);

    expect(report).toMatch(/[1-9]\d* requests in /);
    expect(report).not.toMatch(/Socket errors|Non-2xx/);
  });
});

await describeWith('slowhttptest', () => {
  it('loses its connections with slow heads to the head time-out, while others are served', async () => {
    // 100 connections, a field every second, for 20 s at most.
    const words = ['-H', '-c', '100', '-r', '100', '-i', '1', '-l', '20', '-u', url];
    const state: { report?: string } = {};
    const ended = run('slowhttptest', words, patience).then((text) => {
      state.report = text;
    });

    const seen: { body: string; milliseconds: number }[] = [];
    while (state.report === undefined) {
      const from = performance.now();
      const body = await (await fetch(url, { signal: AbortSignal.timeout(5000) })).text();
      seen.push({ body, milliseconds: performance.now() - from });
      await Promise.race([ended, sleep(50)]);
    }

    expect(state.report).toMatch(/service available:\S*\s+\S*YES/);
    expect(state.report).toContain('No open connections left');
    expect(Number(/Test ended on (\d+)th second/.exec(state.report)?.[1])).toBeLessThan(10);
    expect(new Set(seen.map(({ body }) => body))).toEqual(new Set(['ok']));
    expect(Math.max(...seen.map(({ milliseconds }) => milliseconds))).toBeLessThan(1000);
  });
});
