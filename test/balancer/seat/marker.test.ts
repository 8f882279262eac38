import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileMarker } from '../../../src/balancer/seat/marker.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seat-marker-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('the seat marker', () => {
  it('is not there in a new pod', async () => {
    const { logger, lines } = memoryLogger();

    expect(await fileMarker(folder, 'uid-1', logger).isSet()).toBe(false);
    expect(lines).toEqual([]);
  });

  it('is found by the next process once it was set, and leaves nothing else behind', async () => {
    const { logger } = memoryLogger();

    await fileMarker(folder, 'uid-1', logger).set();

    expect(await fileMarker(folder, 'uid-1', logger).isSet()).toBe(true);
    expect(await readdir(folder)).toEqual(['seat']);
    expect(await readFile(join(folder, 'seat'), 'utf8')).toBe('uid-1\n');
  });

  it('is gone once it was cleared, also twice', async () => {
    const { logger } = memoryLogger();
    const marker = fileMarker(folder, 'uid-1', logger);
    await marker.set();

    await marker.clear();
    await marker.clear();

    expect(await marker.isSet()).toBe(false);
  });

  it.each(['uid-2\n', '', 'uid-11', 'uid-1\nuid-2'])(
    'does not count when it says %j, and that is logged',
    async (content) => {
      const { logger, lines } = memoryLogger();
      await writeFile(join(folder, 'seat'), content);

      expect(await fileMarker(folder, 'uid-1', logger).isSet()).toBe(false);
      expect(lines.map((line) => line.msg)).toEqual(['Ignored the seat marker of another pod']);
    },
  );

  it('counts as none when it cannot be read', async () => {
    const { logger, lines } = memoryLogger();
    const notAFolder = join(folder, 'file');
    await writeFile(notAFolder, '');

    expect(await fileMarker(notAFolder, 'uid-1', logger).isSet()).toBe(false);
    expect(lines.map((line) => line.msg)).toEqual(['Could not read the seat marker, so the seat is asked for again']);
  });

  it('fails loudly when it cannot be written', async () => {
    const { logger } = memoryLogger();

    await expect(fileMarker(join(folder, 'missing'), 'uid-1', logger).set()).rejects.toThrow('ENOENT');
  });
});
