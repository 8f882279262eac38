import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { toStructural } from '../../../src/api/crd/to-structural.ts';

const text = z.string().max(9);
const mapList = { 'x-kubernetes-list-type': 'atomic' };

/** The schema of one field. */
function structural(field: z.ZodType): unknown {
  return toStructural(z.object({ field: field.describe('A field.') })).properties?.['field'];
}

describe('toStructural', () => {
  it.each([
    { name: 'a string', schema: text, becomes: { type: 'string', maxLength: 9 } },
    { name: 'an enum', schema: z.enum(['A', 'B']), becomes: { type: 'string', enum: ['A', 'B'] } },
    { name: 'a literal', schema: z.literal('A'), becomes: { type: 'string', enum: ['A'] } },
    {
      name: 'a boolean with a default',
      schema: z.boolean().default(false),
      becomes: { type: 'boolean', default: false },
    },
    { name: 'an int32 without limits', schema: z.int32(), becomes: { type: 'integer', format: 'int32' } },
    {
      name: 'an int32 with limits',
      schema: z.int32().min(-1).max(5),
      becomes: { type: 'integer', format: 'int32', minimum: -1, maximum: 5 },
    },
    { name: 'an int64 without limits', schema: z.int(), becomes: { type: 'integer', format: 'int64' } },
    {
      name: 'an integer with a default',
      schema: z.int32().min(1).default(3),
      becomes: { type: 'integer', format: 'int32', minimum: 1, default: 3 },
    },
    { name: 'a time', schema: z.iso.datetime(), becomes: { type: 'string', format: 'date-time' } },
    {
      name: 'a list',
      schema: z.array(text).max(3).meta(mapList),
      becomes: { type: 'array', maxItems: 3, items: { type: 'string', maxLength: 9 }, ...mapList },
    },
    {
      name: 'a map',
      schema: z.record(z.string(), text).meta({ maxProperties: 2 }),
      becomes: { type: 'object', maxProperties: 2, additionalProperties: { type: 'string', maxLength: 9 } },
    },
    {
      name: 'an object that keeps what it does not know',
      schema: z.looseObject({}).meta({ 'x-kubernetes-preserve-unknown-fields': true }),
      becomes: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
    {
      name: 'an integer or a string',
      schema: z.union([z.int(), text]).meta({ 'x-kubernetes-int-or-string': true }),
      becomes: { 'x-kubernetes-int-or-string': true },
    },
    {
      name: 'nested defaults',
      schema: z.object({ a: z.int32().default(1).describe('A.') }).prefault({}),
      becomes: {
        type: 'object',
        default: {},
        properties: { a: { type: 'integer', format: 'int32', default: 1, description: 'A.' } },
      },
    },
    { name: 'a pattern', schema: text.regex(/^a$/u), becomes: { type: 'string', maxLength: 9, pattern: '^a$' } },
  ])('writes $name', ({ schema, becomes }) => {
    expect(structural(schema)).toEqual({ description: 'A field.', ...becomes });
  });

  it('requires what has no default, as the API server fills in defaults before it validates', () => {
    const schema = z.object({
      needed: text.describe('N.'),
      optional: text.optional().describe('O.'),
      defaulted: text.default('a').describe('D.'),
    });

    expect(toStructural(schema).required).toEqual(['needed']);
  });

  it.each([
    { name: 'a string without a bound', schema: z.string(), error: 'properties.field: is a string without maxLength' },
    {
      name: 'a list without a bound',
      schema: z.array(text).meta(mapList),
      error: 'properties.field: is a list without maxItems',
    },
    {
      name: 'a list that does not say how it merges',
      schema: z.array(text).max(1),
      error: 'properties.field: is a list without x-kubernetes-list-type',
    },
    {
      name: 'a map without a bound',
      schema: z.record(z.string(), text),
      error: 'properties.field: is a map without maxProperties',
    },
    {
      name: 'an element without a bound',
      schema: z.array(z.string()).max(1).meta(mapList),
      error: 'properties.field.items: is a string without maxLength',
    },
    { name: 'a float', schema: z.number(), error: 'properties.field.type' },
    { name: 'a union', schema: z.union([text, z.boolean()]), error: 'anyOf' },
    { name: 'a strict object', schema: z.strictObject({}), error: 'additionalProperties' },
    {
      name: 'a loose object that does not say so',
      schema: z.looseObject({}),
      error: 'additionalProperties: has no type',
    },
    { name: 'anything', schema: z.any(), error: 'properties.field: has no type' },
    { name: 'a look-ahead', schema: text.regex(/^(?!a)/u), error: 'properties.field.pattern: is not RE2' },
    { name: 'base64', schema: z.base64().max(9), error: 'contentEncoding' },
    { name: 'null', schema: text.nullable(), error: 'nullable' },
    { name: 'a reference', schema: z.object({ a: text.describe('A.') }).meta({ id: 'Named' }), error: 'definitions' },
  ])('refuses $name', ({ schema, error }) => {
    expect(() => structural(schema)).toThrow(error);
  });

  it('refuses a field that nobody has described', () => {
    expect(() => toStructural(z.object({ field: text }))).toThrow('has the field field without a description');
  });

  it.each([
    { name: 'a recursive schema', schema: recursive(), error: 'Cycle detected' },
    { name: 'a date', schema: z.date(), error: 'Date cannot be represented' },
  ])('refuses $name', ({ schema, error }) => {
    expect(() => structural(schema)).toThrow(error);
  });
});

function recursive(): z.ZodType {
  const tree: z.ZodType = z.object({
    get tree() {
      return tree.optional();
    },
  });
  return tree;
}
