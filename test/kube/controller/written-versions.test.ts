import { describe, expect, it } from '@jest/globals';
import { WrittenVersions } from '../../../src/kube/controller/written-versions.ts';

const cacheAt = (versions: Record<string, string>) => (kind: string) => versions[kind];

describe('WrittenVersions', () => {
  it.each([
    { name: 'a cache that has not seen the write', cached: { Deployment: '99' }, behind: ['Deployment'] },
    { name: 'a cache that shows exactly the write', cached: { Deployment: '100' }, behind: [] },
    { name: 'a cache that a bookmark moved past the write', cached: { Deployment: '1000' }, behind: [] },
    { name: 'a cache without a numeric version', cached: { Deployment: 'v2-abc' }, behind: [] },
    { name: 'a kind that nobody caches', cached: {}, behind: [] },
  ])('judges $name', ({ cached, behind }) => {
    const versions = new WrittenVersions();
    versions.wrote('team/prod', 'Deployment', '100');

    expect(versions.behind('team/prod', cacheAt(cached))).toEqual(behind);
  });

  it('compares versions as numbers of any length, not as text or as doubles', () => {
    const versions = new WrittenVersions();
    versions.wrote('team/prod', 'Deployment', '9007199254740993');

    expect(versions.behind('team/prod', cacheAt({ Deployment: '9007199254740992' }))).toEqual(['Deployment']);
    expect(versions.behind('team/prod', cacheAt({ Deployment: '10000000000000000' }))).toEqual([]);
  });

  it('waits for the latest of several writes, in whatever order they were answered', () => {
    const versions = new WrittenVersions();
    for (const version of ['100', '120', '110']) versions.wrote('team/prod', 'Deployment', version);

    expect(versions.behind('team/prod', cacheAt({ Deployment: '119' }))).toEqual(['Deployment']);
  });

  it('names only the kinds that lag', () => {
    const versions = new WrittenVersions();
    versions.wrote('team/prod', 'Deployment', '100');
    versions.wrote('team/prod', 'ConfigMap', '101');

    expect(versions.behind('team/prod', cacheAt({ Deployment: '100', ConfigMap: '100' }))).toEqual(['ConfigMap']);
  });

  it('does not hold one key up for the writes of another', () => {
    const versions = new WrittenVersions();
    versions.wrote('team/prod', 'Deployment', '100');

    expect(versions.behind('team/test', cacheAt({ Deployment: '1' }))).toEqual([]);
  });

  it('forgets a write that was seen, even if the cache starts over from an older version', () => {
    const versions = new WrittenVersions();
    versions.wrote('team/prod', 'Deployment', '100');

    versions.behind('team/prod', cacheAt({ Deployment: '100' }));

    expect(versions.behind('team/prod', cacheAt({ Deployment: '50' }))).toEqual([]);
  });

  it('forgets a key whose object is gone', () => {
    const versions = new WrittenVersions();
    versions.wrote('team/prod', 'Deployment', '100');

    versions.forget('team/prod');

    expect(versions.behind('team/prod', cacheAt({ Deployment: '1' }))).toEqual([]);
  });
});
