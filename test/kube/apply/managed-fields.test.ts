import { describe, expect, it } from '@jest/globals';
import { takeOver } from '../../../src/kube/apply/managed-fields.ts';
import type { ManagedFieldsEntry } from '../../../src/kube/object.ts';

const entry = (
  manager: string,
  operation: 'Apply' | 'Update',
  fieldsV1: Record<string, unknown>,
  more: Partial<ManagedFieldsEntry> = {},
): ManagedFieldsEntry => ({ manager, operation, apiVersion: 'apps/v1', fieldsType: 'FieldsV1', fieldsV1, ...more });

const replicas = { 'f:spec': { 'f:replicas': {} } };
const paused = { 'f:spec': { 'f:paused': {} } };

describe('takeOver', () => {
  it('turns the entry of our POST into an Apply entry', () => {
    expect(takeOver([entry('us', 'Update', replicas)], 'us')).toEqual([entry('us', 'Apply', replicas)]);
  });

  it('merges it into the Apply entry that is there already', () => {
    const merged = takeOver([entry('us', 'Apply', replicas), entry('us', 'Update', paused)], 'us');

    expect(merged).toEqual([entry('us', 'Apply', { 'f:spec': { 'f:replicas': {}, 'f:paused': {} } })]);
  });

  it('merges several Update entries', () => {
    const merged = takeOver([entry('us', 'Update', replicas), entry('us', 'Update', paused)], 'us');

    expect(merged).toEqual([entry('us', 'Apply', { 'f:spec': { 'f:replicas': {}, 'f:paused': {} } })]);
  });

  it('leaves other managers and the status subresource alone', () => {
    const others = [
      entry('kubectl-scale', 'Update', replicas),
      entry('us', 'Update', { 'f:status': {} }, { subresource: 'status' }),
    ];

    expect(takeOver([...others, entry('us', 'Update', paused)], 'us')).toEqual([
      ...others,
      entry('us', 'Apply', paused),
    ]);
  });

  it('does not mix fields of different API versions', () => {
    const old = entry('us', 'Update', paused, { apiVersion: 'apps/v1beta1' });

    expect(takeOver([entry('us', 'Apply', replicas), old], 'us')).toBeUndefined();
  });

  it.each([
    { name: 'without any entry', entries: [] },
    { name: 'with an Apply entry only', entries: [entry('us', 'Apply', replicas)] },
    { name: 'with entries of others only', entries: [entry('kubectl', 'Update', replicas)] },
  ])('has nothing to do $name', ({ entries }) => {
    expect(takeOver(entries, 'us')).toBeUndefined();
  });
});
