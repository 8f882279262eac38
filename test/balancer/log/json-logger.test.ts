import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createJsonLogger } from '../../../src/balancer/log/json-logger.ts';
import type { Logger } from '../../../src/kube/logger.ts';

type Use = (logger: Logger) => void;

/** What is written, without the time. */
function linesOf(make: (write: (line: string) => void) => Logger, use: Use): unknown[] {
  const lines: string[] = [];
  use(make((line) => lines.push(line)));
  return lines.map((line) => {
    expect(line.endsWith('\n')).toBe(true);
    const { time, ...rest } = JSON.parse(line);
    expect(typeof time).toBe('number');
    return rest;
  });
}

const ours = (use: Use) => linesOf((write) => createJsonLogger(write, () => 1), use);
const pinos = (use: Use) => linesOf((write) => pino({ base: null }, { write }), use);

describe('createJsonLogger', () => {
  it.each<{ name: string; use: Use }>([
    { name: 'a sentence', use: (logger) => logger.info('Opened the admin server') },
    { name: 'fields', use: (logger) => logger.warn({ backend: 'prod-0', n: 1, at: null, no: undefined }, 'A') },
    { name: 'every level', use: (logger) => [logger.debug('a'), logger.error('b'), logger.fatal({}, 'c')] },
    {
      name: 'the fields of a child, and of its child',
      use: (one) => one.child({ a: 1 }).child({ b: 2 }).info({ c: 3 }, 'A'),
    },
    { name: 'text that JSON must escape', use: (logger) => logger.info({ path: '"\n\\\u2028' }, 'a "quoted" line') },
  ])('writes $name as pino does', ({ use }) => {
    expect(ours(use)).toEqual(pinos(use));
  });

  it('writes an error with its kind, its code and where it came from, as pino does', () => {
    const error = Object.assign(new TypeError('no such thing'), { code: 'ENOENT' });
    const use: Use = (logger) => logger.error({ err: error }, 'Failed');

    expect(ours(use)).toEqual(pinos(use));
  });
});
