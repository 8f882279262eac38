import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileIfAny, writeFileAtomically } from '../../../src/balancer/state/atomic-file.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atomic-file-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('writeFileAtomically', () => {
  it('replaces what was there and leaves no other file', async () => {
    const path = join(folder, 'state');
    await writeFile(path, 'a long text of the past');

    await writeFileAtomically(path, 'new');

    expect(await readFileIfAny(path)).toBe('new');
    expect(await readdir(folder)).toEqual(['state']);
  });

  it('writes over what a crash left behind', async () => {
    const path = join(folder, 'state');
    await writeFile(`${path}.tmp`, 'half a te');

    await writeFileAtomically(path, 'whole');

    expect(await readFileIfAny(path)).toBe('whole');
  });

  it('shows a reader the old text or the new one, never a part', async () => {
    const path = join(folder, 'state');
    const texts = ['a'.repeat(200_000), 'b'.repeat(200_000)];
    await writeFileAtomically(path, texts[0] ?? '');

    const seen = new Set<string | undefined>();
    const writing = (async () => {
      for (let round = 0; round < 20; round++) await writeFileAtomically(path, texts[round % 2] ?? '');
    })();
    for (let round = 0; round < 40; round++) seen.add(await readFileIfAny(path));
    await writing;

    expect(texts).toEqual(expect.arrayContaining([...seen]));
  });
});

describe('readFileIfAny', () => {
  it('is undefined when there is no file', async () => {
    expect(await readFileIfAny(join(folder, 'nothing'))).toBeUndefined();
  });

  it('throws when the file cannot be read for another reason', async () => {
    await expect(readFileIfAny(folder)).rejects.toThrow('EISDIR');
  });
});
