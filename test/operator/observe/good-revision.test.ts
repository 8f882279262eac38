import { describe, expect, it } from '@jest/globals';
import { printGoodRevision, readGoodRevision } from '../../../src/operator/observe/good-revision.ts';

const good = { revision: 'r1', configCopy: 'prod-config-0123456789' };

describe('readGoodRevision', () => {
  it('reads what was written', () => {
    expect(readGoodRevision(printGoodRevision(good))).toEqual(good);
  });

  it.each([
    { name: 'nothing', text: undefined },
    { name: 'no JSON', text: '{' },
    { name: 'no object', text: '"r1"' },
    { name: 'no revision', text: JSON.stringify({ ...good, revision: '' }) },
    { name: 'no configuration', text: JSON.stringify({ revision: 'r1' }) },
    { name: 'a Secret that is no copy of a configuration', text: JSON.stringify({ ...good, configCopy: 'other' }) },
  ])('finds none in $name', ({ text }) => {
    expect(readGoodRevision(text)).toBeUndefined();
  });
});
