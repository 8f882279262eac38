import { describe, expect, it } from '@jest/globals';
import { conditions } from '../../../src/api/conditions.ts';
import type { ConditionContract } from '../../../src/api/conditions.ts';
import { gatewayPoolSchema } from '../../../src/api/crd/definition.ts';
import { fieldRows } from '../../../src/api/reference/field-rows.ts';
import { gatewayPoolReference } from '../../../src/api/reference/gatewaypool.ts';

describe('the reference', () => {
  const text = gatewayPoolReference();

  it('describes every field', () => {
    const { spec = {}, status = {} } = gatewayPoolSchema().properties ?? {};
    const paths = [...fieldRows(spec, 'spec'), ...fieldRows(status, 'status')].map(({ path }) => path);

    expect(paths.filter((path) => !text.includes(`\`${path}\``))).toEqual([]);
    expect(paths.length).toBeGreaterThan(50);
  });

  it('explains every reason of every condition', () => {
    const contracts: ConditionContract[] = Object.values(conditions);
    const reasons = contracts.flatMap((contract) => Object.keys(contract.reasons));

    expect(reasons.filter((reason) => !text.includes(`\`${reason}\``))).toEqual([]);
  });

  it('shows a field with its type, default, limits and rules', () => {
    expect(text).toContain(
      [
        '### `spec.config.key`',
        '',
        'string · default `"config"` · at most 253 characters',
        '',
        'Key of the value in the data of the Secret.',
        '',
        '- must be a key of a Secret: letters, digits, dashes, underscores and dots, such as config or gateway.json',
      ].join('\n'),
    );
  });

  it('names the field of a rule over several fields', () => {
    expect(text).toContain('- `listeners`: two listeners have the same port: give each listener a port of its own');
  });
});
