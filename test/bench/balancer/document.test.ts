import { describe, expect, it } from '@jest/globals';
import { withFigures } from './document.ts';

const place = '<!-- Written by `make bench-balancer`: -->\n\nold figures\n\n<!-- Up to here. -->';
const date = new Date('2026-05-06T07:08:09Z');

describe('withFigures', () => {
  it('replaces the figures, and nothing else', () => {
    const document = withFigures(`# Benchmarks\n\n${place}\n\nMore text\n`, '\nfigure  value\n', date);

    expect(document).toBe(
      [
        '# Benchmarks\n',
        '<!-- Written by `make bench-balancer`: -->\n',
        'Of 2026-05-06:\n',
        '```\nfigure  value\n```\n',
        '<!-- Up to here. -->\n',
        'More text\n',
      ].join('\n'),
    );
  });

  it('can be done again', () => {
    const once = withFigures(place, 'one', date);

    expect(withFigures(once, 'two', date)).toBe(withFigures(place, 'two', date));
  });

  it.each([
    { name: 'no place', document: '# Benchmarks\n' },
    { name: 'a place without an end', document: place.replace('<!-- Up to here. -->', '') },
  ])('refuses a document with $name', ({ document }) => {
    expect(() => withFigures(document, 'one', date)).toThrow('docs/benchmarks.md has no lines');
  });
});
