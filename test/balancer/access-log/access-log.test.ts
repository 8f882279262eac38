import { describe, expect, it } from '@jest/globals';
import { AccessLog, type RequestEntry } from '../../../src/balancer/access-log/access-log.ts';
import { createMetrics } from '../../../src/balancer/metrics/text-metrics.ts';

function scene(random: () => number = () => 0) {
  let text = '';
  const tryWrite = (part: string): number => {
    text += part;
    return part.length;
  };
  const log = new AccessLog(tryWrite, createMetrics(), random, () => 1_795_390_693_696);
  const lines = (): unknown[] => {
    log.flush();
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  return { log, lines, text: () => text };
}

const entry: RequestEntry = {
  listener: 'web',
  client: '192.0.2.1',
  method: 'GET',
  target: '/a/b?token=secret',
  status: 200,
  complete: true,
  milliseconds: 12.34567,
  backend: 'prod-0',
  bytesIn: 100,
  bytesOut: 2000,
  tries: 1,
};

describe('AccessLog', () => {
  it('writes a request as one line of JSON, without the query', () => {
    const { log, lines } = scene();

    log.request(entry);

    expect(lines()).toEqual([
      {
        level: 30,
        time: 1_795_390_693_696,
        msg: 'Answered a request',
        listener: 'web',
        client: '192.0.2.1',
        method: 'GET',
        path: '/a/b',
        status: 200,
        complete: true,
        durationMilliseconds: 12.346,
        backend: 'prod-0',
        bytesIn: 100,
        bytesOut: 2000,
        tries: 1,
      },
    ]);
  });

  it('writes a TCP session at its end', () => {
    const { log, lines } = scene();

    log.session({ ...entry, milliseconds: 61_500 });

    expect(lines()).toMatchObject([
      { msg: 'Ended a session', connectedSeconds: 61.5, backend: 'prod-0', bytesIn: 100, bytesOut: 2000, tries: 1 },
    ]);
  });

  it('says null where there was no answer and no backend', () => {
    const { log, lines } = scene();

    log.request({ ...entry, status: undefined, backend: undefined, tries: 0 });

    expect(lines()).toMatchObject([{ status: null, backend: null }]);
  });

  it('escapes what would break a line, and bounds what a client chooses', () => {
    const { log, lines, text } = scene();

    log.request({ ...entry, target: `/"\\\n\u0001${'x'.repeat(20_000)}`, method: 'M'.repeat(10_000) });

    const [line] = lines();
    expect(line).toMatchObject({ path: `/"\\\n\u0001${'x'.repeat(1019)}`, method: 'M'.repeat(64) });
    expect(text().split('\n')).toHaveLength(2);
    expect(text().length).toBeLessThan(4096);
  });

  it.each([
    { percent: 0, of: 0 },
    { percent: 1, of: 10 },
    { percent: 25, of: 250 },
    { percent: 100, of: 1000 },
  ])('takes $percent % of them', ({ percent, of }) => {
    let turn = 0;
    const { log } = scene(() => {
      turn += 1;
      return ((turn * 7) % 1000) / 1000;
    });
    log.samplePercent = percent;

    const taken = Array.from({ length: 1000 }, () => log.samples()).filter(Boolean);

    expect(taken).toHaveLength(of);
  });
});
