import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const folder = join(import.meta.dirname, '..', '..', 'docs', 'adr');
const pages = readdirSync(folder)
  .filter((name) => name !== 'README.md')
  .sort();

const titleOf = (page: string): string => /^# (.+)$/m.exec(readFileSync(join(folder, page), 'utf8'))?.[1] ?? '';

describe('docs/adr', () => {
  it('numbers its pages from 1 on without a gap, in the file name as in the title', () => {
    const numbers = pages.map((page) => ({
      file: Number.parseInt(page, 10),
      title: Number.parseInt(titleOf(page), 10),
    }));

    expect(numbers).toEqual(pages.map((_, index) => ({ file: index + 1, title: index + 1 })));
  });

  it('lists them all in its index', () => {
    const index = readFileSync(join(folder, 'README.md'), 'utf8');

    const listed = index.split('\n').filter((line) => line.startsWith('- '));

    expect(listed).toEqual(pages.map((page) => `- [${titleOf(page)}](${page})`));
  });
});
