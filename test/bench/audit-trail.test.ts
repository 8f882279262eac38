import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { followAuditLog, isWrite, tally } from './audit-trail.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatewaypool-test-'));
  file = join(directory, 'audit.jsonl');
});

afterEach(() => rmSync(directory, { recursive: true }));

function line(verb: string, resource: string, stage = 'ResponseComplete'): string {
  const at = '2026-01-01T00:00:00.000001Z';
  const event = { verb, stage, user: { username: 'operator' }, requestURI: `/${resource}`, objectRef: { resource } };
  return `${JSON.stringify({ ...event, requestReceivedTimestamp: at, stageTimestamp: at })}\n`;
}

describe('an audit log that grows', () => {
  it('is read from where the last reading ended, half lines and all', () => {
    writeFileSync(file, line('get', 'before'));
    const trail = followAuditLog(file);
    const [half, rest] = [line('create', 'pods').slice(0, 20), line('create', 'pods').slice(20)];

    appendFileSync(file, line('list', 'secrets') + half);
    const first = trail.read();
    appendFileSync(file, rest);
    const second = trail.read();

    expect([first, second].map((requests) => requests.map(({ verb }) => verb))).toEqual([['list'], ['create']]);
  });

  it('counts a watch when it begins and everything else when it was answered', () => {
    writeFileSync(file, '');
    const trail = followAuditLog(file);
    appendFileSync(file, line('watch', 'pods', 'ResponseStarted') + line('watch', 'pods') + line('get', 'pods'));

    const counts = tally(trail.read());

    expect(counts).toEqual([
      ['watch pods', 1],
      ['get pods', 1],
    ]);
  });
});

describe('isWrite', () => {
  it.each([
    { verb: 'get', expected: false },
    { verb: 'list', expected: false },
    { verb: 'watch', expected: false },
    { verb: 'create', expected: true },
    { verb: 'patch', expected: true },
    { verb: 'deletecollection', expected: true },
  ])('is $expected for $verb', ({ verb, expected }) => {
    expect(isWrite({ verb })).toBe(expected);
  });
});
