import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drainFile } from '../../../src/balancer/drain/drain-file.ts';
import { type DrainState, notDraining } from '../../../src/balancer/drain/drain-state.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drain-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

function fileOf(podUid = 'uid-1', where = folder) {
  const { logger, lines } = memoryLogger();
  return { file: drainFile(where, podUid, logger), lines };
}

const draining: DrainState = {
  ordered: { since: 1_767_225_600_000, deadlineSeconds: null, order: 7 },
  ending: { since: 1_767_225_700_000, sure: true },
};

describe('the file that says since when a pod drains', () => {
  it('says nothing in a new pod', async () => {
    const { file, lines } = fileOf();

    expect(await file.load()).toEqual(notDraining);
    expect(lines).toEqual([]);
  });

  it.each([
    { name: 'both causes', state: draining },
    { name: 'an order', state: { ...draining, ending: undefined } },
    { name: 'nothing any more', state: notDraining },
  ])('brings $name to the next process, and to no other pod', async ({ state }) => {
    await fileOf().file.save(state);

    expect(await fileOf().file.load()).toEqual(state);
    expect(await fileOf('uid-2').file.load()).toEqual(notDraining);
  });

  it('holds the newest of several states that were written at once', async () => {
    const { file } = fileOf();

    await Promise.all([file.save(draining), file.save(notDraining), file.save({ ...draining, ending: undefined })]);

    expect(await file.load()).toEqual({ ...draining, ending: undefined });
  });

  it.each(['{', '', '{"podUid":"uid-1","ending":{"since":"yesterday"}}'])(
    'says nothing when it holds %j, which is logged',
    async (text) => {
      const { file, lines } = fileOf();
      await writeFile(join(folder, 'drain.json'), text);

      expect(await file.load()).toEqual(notDraining);
      expect(lines.map((line) => line.msg)).toEqual([
        'Ignored the file that says since when this pod drains: it cannot be read',
      ]);
    },
  );

  it('cannot be written on a full disk: that is logged, and nothing ends', async () => {
    const { file, lines } = fileOf('uid-1', join(folder, 'missing'));

    await file.save(draining);

    expect(lines[0]?.msg).toMatch(/^Could not save since when this pod drains/);
  });
});
