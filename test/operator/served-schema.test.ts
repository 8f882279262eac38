import { describe, expect, it } from '@jest/globals';
import { gatewayPoolSchema } from '../../src/api/crd/definition.ts';
import { fieldsOnlyIn } from '../../src/operator/served-schema.ts';

const object = (properties: object): object => ({ type: 'object', properties });

describe('fieldsOnlyIn', () => {
  it('finds nothing between two that are the same', () => {
    expect(fieldsOnlyIn(gatewayPoolSchema(), structuredClone(gatewayPoolSchema()), '')).toEqual([]);
  });

  it.each([
    { name: 'a field', served: object({ spec: object({ image: {} }) }), missing: ['spec.paused'] },
    { name: 'a whole branch, by its root alone', served: object({}), missing: ['spec'] },
    { name: 'everything of nothing', served: undefined, missing: ['spec'] },
  ])('names $name that is not served', ({ served, missing }) => {
    expect(fieldsOnlyIn(object({ spec: object({ image: {}, paused: {} }) }), served, '')).toEqual(missing);
  });

  it('looks into lists', () => {
    const list = (properties: object): object => object({ listeners: { type: 'array', items: object(properties) } });

    expect(fieldsOnlyIn(list({ name: {}, port: {} }), list({ name: {} }), '')).toEqual(['listeners[].port']);
  });

  it('does not mind fields that only the server knows, nor metadata, which it describes elsewhere', () => {
    expect(fieldsOnlyIn(object({ metadata: object({ name: {} }) }), object({ metadata: {}, future: {} }), '')).toEqual(
      [],
    );
  });
});
