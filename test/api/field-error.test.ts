import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { describeFieldErrors, fieldErrorsOf, fieldPath } from '../../src/api/field-error.ts';

describe('fieldPath', () => {
  it.each([
    { name: 'members', segments: ['spec', 'maxInstances'], path: 'spec.maxInstances' },
    { name: 'elements of lists', segments: ['spec', 'listeners', 1, 'port'], path: 'spec.listeners[1].port' },
    { name: 'directives of a patch', segments: ['spec', '$patch'], path: 'spec.$patch' },
    {
      name: 'keys that are no identifiers',
      segments: ['labels', 'app.kubernetes.io/name'],
      path: 'labels[app.kubernetes.io/name]',
    },
    { name: 'the object itself', segments: [], path: '' },
  ])('writes $name as kubectl does', ({ segments, path }) => {
    expect(fieldPath(segments)).toBe(path);
  });
});

describe('fieldErrorsOf', () => {
  const schema = z.object({
    count: z.int32().min(1).max(3).optional(),
    name: z.string().min(2).max(4).optional(),
    list: z.array(z.string()).min(1).max(1).optional(),
    mode: z.enum(['A', 'B']).optional(),
    on: z.boolean().optional(),
    inner: z.object({ needed: z.string() }).optional(),
    own: z
      .string()
      .refine(() => false, { message: 'must be something else' })
      .optional(),
  });

  it.each([
    { value: { count: 0 }, field: 'count', message: 'must be at least 1' },
    { value: { count: 4 }, field: 'count', message: 'must be at most 3' },
    { value: { count: 'hunter2' }, field: 'count', message: 'must be of type integer' },
    { value: { count: 1.5 }, field: 'count', message: 'must be of type integer' },
    { value: { name: 'x' }, field: 'name', message: 'must have at least 2 characters' },
    { value: { name: 'hunter2' }, field: 'name', message: 'must have at most 4 characters' },
    { value: { list: [] }, field: 'list', message: 'must have at least 1 elements' },
    { value: { list: ['hunter2', 'hunter2'] }, field: 'list', message: 'must have at most 1 elements' },
    { value: { mode: 'hunter2' }, field: 'mode', message: 'must be one of "A", "B"' },
    { value: { on: 'hunter2' }, field: 'on', message: 'must be of type boolean' },
    { value: { inner: 'hunter2' }, field: 'inner', message: 'must be of type object' },
    { value: { inner: {} }, field: 'inner.needed', message: 'is required' },
    { value: { own: 'hunter2' }, field: 'own', message: 'must be something else' },
  ])('says of $value that $field $message', ({ value, field, message }) => {
    const { error } = schema.safeParse(value);

    expect(error && fieldErrorsOf(error)).toEqual([{ field, message }]);
  });

  it('never repeats what was received', () => {
    const secret = 'hunter2';
    const everywhere = {
      count: secret,
      name: secret,
      list: secret,
      mode: secret,
      on: secret,
      inner: secret,
      own: secret,
    };

    const { error } = schema.safeParse(everywhere);

    expect(describeFieldErrors(error ? fieldErrorsOf(error) : [])).not.toContain(secret);
    expect(new Set(error?.issues.map(({ path }) => path[0])).size).toBe(7);
  });
});

describe('describeFieldErrors', () => {
  it('puts all mistakes on one line', () => {
    const errors = [
      { field: 'spec.image', message: 'is required' },
      { field: 'spec.maxInstances', message: 'must be at least 1' },
    ];

    expect(describeFieldErrors(errors)).toBe('spec.image: is required; spec.maxInstances: must be at least 1');
  });
});
