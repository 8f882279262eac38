import { describe, expect, it } from '@jest/globals';
import { assertOwned, controllerOf, ForeignObjectError, ownedBy } from '../../../src/kube/apply/ownership.ts';
import type { KubeObject, OwnerReference } from '../../../src/kube/object.ts';

const owner: OwnerReference = {
  apiVersion: 'example.com/v1',
  kind: 'Pool',
  name: 'prod',
  uid: 'uid-1',
  controller: true,
};

const service = (...ownerReferences: OwnerReference[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'team', name: 'prod', ownerReferences },
});

const refusalOf = (live: KubeObject): unknown => {
  try {
    assertOwned(live, owner);
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('ownership', () => {
  it('is the controller reference with our uid', () => {
    const other: OwnerReference = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'uid-9' };

    expect(controllerOf(service(other, owner))).toEqual(owner);
    expect(ownedBy(service(other, owner), 'uid-1')).toBe(true);
    expect(refusalOf(service(other, owner))).toBeUndefined();
  });

  it.each([
    {
      name: 'an object that nobody controls',
      live: service(),
      code: 'Unowned',
      message:
        'Service team/prod exists and is not controlled by Pool prod, so it was left alone; delete or rename it, or give Pool prod another name',
    },
    {
      name: 'an object without ownerReferences',
      live: { ...service(), metadata: { namespace: 'team', name: 'prod' } },
      code: 'Unowned',
      message: expect.stringContaining('Service team/prod exists and is not controlled by Pool prod'),
    },
    {
      name: 'an object that we own but do not control',
      live: service({ ...owner, controller: false }),
      code: 'Unowned',
      message: expect.stringContaining('is not controlled by Pool prod'),
    },
    {
      name: 'an object of another controller',
      live: service({ ...owner, kind: 'Gateway', name: 'edge', uid: 'uid-2' }),
      code: 'OwnedByOther',
      message: 'Service team/prod is controlled by Gateway edge, so it was left alone; give Pool prod another name',
    },
    {
      name: 'an object of a deleted namesake',
      live: service({ ...owner, uid: 'uid-0' }),
      code: 'Garbage',
      message:
        'Service team/prod belongs to an earlier Pool prod that was deleted; it will be created again when garbage collection has removed it',
    },
  ])('refuses $name, naming the object', ({ live, code, message }) => {
    const refusal = refusalOf(live);

    expect(refusal).toBeInstanceOf(ForeignObjectError);
    expect(refusal).toMatchObject({ code, message, kind: 'Service', key: 'team/prod' });
    expect(ownedBy(live, 'uid-1')).toBe(false);
  });
});
