import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { BalancerConfig } from '../../src/balancer/config/schema.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'balancer-static-mode.md'), 'utf8');

/** How instances in pods are counted. Static mode does without it. */
const inPodsOnly = 'sessions';

/** The paths of all fields that hold a value, as the page writes them: `listeners[].port`. */
function fieldsOf(schema: z.core.JSONSchema._JSONSchema, path: string): readonly string[] {
  if (typeof schema === 'boolean') return [path];
  const { properties, items } = schema;
  if (properties !== undefined) {
    return Object.entries(properties).flatMap(([name, field]) =>
      fieldsOf(field, path === '' ? name : `${path}.${name}`),
    );
  }
  const isOfObjects = typeof items === 'object' && !Array.isArray(items) && items.properties !== undefined;
  return isOfObjects ? fieldsOf(items, `${path}[]`) : [path];
}

/** The fields of a line such as "`limits.queueLength`, `queueMilliseconds`": each but the first is beside the one before it. */
function fieldsNamed(cell: string): readonly string[] {
  const [first = '', ...others] = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  const beside = first.slice(0, first.lastIndexOf('.') + 1);
  return [first, ...others.map((name) => beside + name)];
}

describe('docs/balancer-static-mode.md', () => {
  it('has each setting in its table, and no other', () => {
    const fields = fieldsOf(z.toJSONSchema(BalancerConfig, { io: 'input' }), '');
    const table = page.slice(page.indexOf('## All settings'));

    const named = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) => fieldsNamed(cell));

    const known = fields.filter((field) => !field.startsWith(`${inPodsOnly}.`));
    expect([...named].sort()).toEqual([...known, 'listeners[].targetTls'].sort());
  });
});
