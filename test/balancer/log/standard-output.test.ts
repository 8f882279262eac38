import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tryWriteTo, withoutBlocking } from '../../../src/balancer/log/standard-output.ts';

let folder = '';
const descriptors: number[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatewaypool-output-'));
});
afterEach(() => {
  for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
  rmSync(folder, { recursive: true, force: true });
});

function opened(path: string, flags: number): number {
  const descriptor = openSync(path, flags, 0o600);
  descriptors.push(descriptor);
  return descriptor;
}

/** Both ends of a pipe; writing to it blocks when it is full. */
function pipe(): { reader: number; writer: number } {
  const path = join(folder, 'pipe');
  spawnSync('mkfifo', [path]);
  const reader = opened(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: opened(path, constants.O_WRONLY) };
}

describe('an output that nobody reads', () => {
  it('takes what there is room for, then says so instead of waiting, and goes on later', () => {
    const { reader, writer } = pipe();
    const unblocked = withoutBlocking(writer);
    descriptors.push(unblocked);
    const write = tryWriteTo(unblocked);
    const line = `${'x'.repeat(4095)}\n`;
    let taken = 0;

    // More than any pipe holds: a broken output must not keep this test for ever.
    while (taken < 64 * 1024 * 1024 && write(line) === line.length) taken += line.length;

    expect(taken).toBeGreaterThanOrEqual(line.length);
    expect(write(line)).toBe(0);
    expect(readSync(reader, Buffer.alloc(8192))).toBe(8192);
    expect(write(line)).toBe(line.length);
  });

  it('counts as taking everything when it is closed', () => {
    const { reader, writer } = pipe();
    const write = tryWriteTo(writer);
    descriptors.splice(descriptors.indexOf(reader), 1);
    closeSync(reader);

    expect(write('lost\n')).toBe(5);
  });
});

describe('a file', () => {
  it('is written as it is', () => {
    const path = join(folder, 'log');
    const descriptor = opened(path, constants.O_WRONLY | constants.O_CREAT);

    expect(withoutBlocking(descriptor)).toBe(descriptor);
    expect(tryWriteTo(descriptor)('a line\n')).toBe(7);
    expect(readFileSync(path, 'utf8')).toBe('a line\n');
  });
});
