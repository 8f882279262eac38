import { describe, expect, it } from '@jest/globals';
import type { StructuralSchema } from '../../../src/api/crd/structural-schema.ts';
import { fieldRows } from '../../../src/api/reference/field-rows.ts';

const schema: StructuralSchema = {
  type: 'object',
  required: ['list'],
  properties: {
    list: {
      type: 'array',
      description: 'Some.',
      maxItems: 2,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        'x-kubernetes-validations': [{ rule: 'true', message: 'must be good' }],
        properties: { name: { type: 'string', description: 'A name.', maxLength: 5, default: 'a' } },
      },
    },
    notes: { type: 'object', maxProperties: 3, additionalProperties: { type: 'string', maxLength: 9 } },
    count: { type: 'integer', minimum: 1, maximum: 3, default: 2 },
    least: { type: 'integer', minimum: 0 },
    mode: { type: 'string', enum: ['A', 'B'] },
    port: { 'x-kubernetes-int-or-string': true },
    since: { type: 'string', format: 'date-time' },
    group: { type: 'object', default: {}, properties: { on: { type: 'boolean', default: false } } },
  },
};

describe('fieldRows', () => {
  const rows = fieldRows(schema, 'spec');
  const row = (path: string) => rows.find((each) => each.path === path);

  it('goes into lists and objects, parents first', () => {
    expect(rows.map(({ path }) => path)).toEqual([
      'spec.list',
      'spec.list[].name',
      'spec.notes',
      'spec.count',
      'spec.least',
      'spec.mode',
      'spec.port',
      'spec.since',
      'spec.group',
      'spec.group.on',
    ]);
  });

  it.each([
    { path: 'spec.list', type: 'list of object', limits: ['at most 2 elements', 'unique by name'] },
    { path: 'spec.list[].name', type: 'string', limits: ['at most 5 characters'] },
    { path: 'spec.notes', type: 'map of string', limits: ['at most 3 entries'] },
    { path: 'spec.count', type: 'integer', limits: ['1-3'] },
    { path: 'spec.least', type: 'integer', limits: ['at least 0'] },
    { path: 'spec.mode', type: 'string', limits: ['A, B'] },
    { path: 'spec.port', type: 'integer or string', limits: [] },
    { path: 'spec.since', type: 'time', limits: [] },
  ])('tells type and limits of $path', ({ path, type, limits }) => {
    expect(row(path)).toMatchObject({ type, limits });
  });

  it.each([
    { path: 'spec.count', value: '2' },
    { path: 'spec.list[].name', value: '"a"' },
    { path: 'spec.group.on', value: 'false' },
    { path: 'spec.group', value: undefined },
    { path: 'spec.mode', value: undefined },
  ])('tells the default of $path: $value', ({ path, value }) => {
    expect(row(path)?.default).toBe(value);
  });

  it('tells what is required, and the rules on elements', () => {
    expect(row('spec.list')).toMatchObject({ isRequired: true, rules: ['must be good'], description: 'Some.' });
    expect(row('spec.count')?.isRequired).toBe(false);
  });
});
