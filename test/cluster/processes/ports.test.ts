import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { freePorts } from './ports.ts';

/** Makes Math.random()'s stand-in give these numbers in turn. */
const sequence = (...values: number[]) => {
  let index = 0;
  return () => values[index++ % values.length] ?? 0;
};

describe('freePorts', () => {
  it('gives different ports below the range of outgoing connections', async () => {
    const ports = await freePorts(5);

    expect(new Set(ports).size).toBe(5);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(20_000);
    expect(Math.max(...ports)).toBeLessThan(32_768);
  });

  it('passes over a port that is in use', async () => {
    const [taken = 0] = await freePorts(1);
    const server = createServer().listen(taken, '127.0.0.1');
    await once(server, 'listening');
    const towardsTaken = (taken - 20_000 + 0.5) / 12_000;

    const [port] = await freePorts(1, sequence(towardsTaken, 0.001, 0.002, 0.003, 0.004));

    expect(port).not.toBe(taken);
    server.close();
  });

  it('gives up when there are too few', async () => {
    await expect(freePorts(2, () => 0.5)).rejects.toThrow('found no 2 free ports');
  });
});
