import { describe, expect, it } from '@jest/globals';
import { parseGatewayPool } from '../../src/api/gatewaypool.ts';
import type { FieldError } from '../../src/api/field-error.ts';
import { templateRefusals } from '../../src/api/template-rules.ts';
import type { Sample } from './samples.ts';
import { readExamples, readSamples } from './samples.ts';

/** What the operator has to say about an object, in the form of the samples. */
function operatorsAnswer({ object }: Sample): string | undefined {
  const parsed = parseGatewayPool(object);
  const errors: readonly FieldError[] = parsed.valid
    ? templateRefusals(object.spec['template'], parsed.pool.spec.drain.hook)
    : parsed.errors;
  return errors.length === 0 ? undefined : errors.map(({ field, message }) => `${field}: ${message}`).join('\n');
}

describe('the operator, which checks again what the API server has stored', () => {
  it.each(readSamples('good'))('accepts $name', (sample) => {
    expect(operatorsAnswer(sample)).toBeUndefined();
  });

  it.each(readExamples())('accepts the example $name', (example) => {
    expect(operatorsAnswer(example)).toBeUndefined();
  });

  it.each(readSamples('bad'))('answers $name as the API server does', (sample) => {
    expect(operatorsAnswer(sample)).toBe(sample.answers['Operator']);
  });

  it.each(readSamples('stalled'))('refuses $name, by the field', (sample) => {
    expect(sample.answers['Operator']).toBeDefined();
    expect(operatorsAnswer(sample)).toBe(sample.answers['Operator']);
  });
});

describe('the samples', () => {
  it('leave only unknown fields to the API server alone', () => {
    const withoutAnswer = readSamples('bad').filter(({ answers }) => answers['Operator'] === undefined);

    expect(withoutAnswer.map(({ name }) => name)).toEqual(['unknown-field', 'unknown-template-field']);
  });

  it('all say what kubectl prints', () => {
    const silent = readSamples('bad').filter(({ answers }) => answers['kubectl apply'] === undefined);

    expect(silent).toEqual([]);
  });

  it.each(readSamples('bad').filter(({ answers }) => answers['Operator'] !== undefined))(
    'have $name refused at the same field by both',
    ({ answers }) => {
      const field = (answers['Operator'] ?? '').split(': ')[0] ?? '';

      expect(answers['kubectl apply']).toContain(field);
    },
  );
});

describe('the example for keeper/gateway', () => {
  it('has the 12 lines that the README promises', () => {
    const keeper = readExamples().find(({ name }) => name === 'keeper');

    expect(keeper?.text.trimEnd().split('\n')).toHaveLength(12);
  });
});
