import { describe, expect, it } from '@jest/globals';
import { observeGate } from '../../../src/operator/observe/gate.ts';
import type { Gate } from '../../../src/operator/plan/gate.ts';
import { seatsConfigMap } from '../../../src/operator/render/seats-config-map.ts';
import { renderedPool } from '../render/rendered-pool.ts';

const gate: Gate = {
  generation: 7,
  maxInstances: 2,
  mode: 'Hold',
  slots: ['prod-0', 'prod-1'],
  seated: ['uid-1'],
  poolGeneration: 3,
  externalInstances: 1,
  rebuilding: false,
};

const configMap = {
  ...seatsConfigMap(renderedPool(), gate, '42'),
  metadata: { name: 'prod-seats', uid: 'uid-9', resourceVersion: '42' },
};

describe('observeGate', () => {
  it('reads back what was written', () => {
    expect(observeGate(configMap, renderedPool().uid, () => 1500)).toEqual({
      readable: true,
      gate,
      uid: 'uid-9',
      resourceVersion: '42',
      ageMilliseconds: 1500,
    });
  });

  it('knows of no gate where there is none', () => {
    expect(observeGate(undefined, renderedPool().uid, () => 0)).toBeUndefined();
  });

  it.each([
    { name: 'has no text', data: {}, problem: 'seats.yaml' },
    { name: 'is no YAML', data: { 'seats.yaml': 'mode: [' }, problem: 'line' },
    { name: 'refers to what is not there', data: { 'seats.yaml': 'mode: *anchor' }, problem: 'aliases' },
    { name: 'is of another shape', data: { 'seats.yaml': 'just a text' }, problem: 'seats.yaml: must be' },
    {
      name: 'has an unknown mode',
      data: { 'seats.yaml': 'generation: 1\nmaxInstances: 1\nmode: Open\npoolGeneration: 1\nexternalInstances: 0' },
      problem: 'mode',
    },
    {
      name: 'lacks a number',
      data: { 'seats.yaml': 'generation: 1\nmaxInstances: 1\nmode: Hold\nexternalInstances: 0' },
      problem: 'poolGeneration',
    },
  ])('says what is wrong with one that $name, and where it stands', ({ data, problem }) => {
    const observed = observeGate({ ...configMap, data }, renderedPool().uid, () => 0);

    expect(observed).toMatchObject({
      readable: false,
      uid: 'uid-9',
      resourceVersion: '42',
      problem: expect.stringContaining(problem),
    });
  });
});

describe('a gate that an operator did not write', () => {
  const written = configMap.data['seats.yaml'] ?? '';

  it.each([
    { name: 'lacks a slot', text: written.replace('  - prod-1\n', '') },
    { name: 'names a slot more', text: written.replace('  - prod-1\n', '  - prod-1\n  - prod-2\n') },
    { name: 'names a slot twice', text: written.replace('  - prod-1\n', '  - prod-1\n  - prod-1\n') },
    { name: 'says SelfHeal', text: written.replace('mode: Hold', 'mode: SelfHeal') },
    { name: 'says another maximum', text: written.replace('maxInstances: 2', 'maxInstances: 9') },
    { name: 'claims a generation to come', text: written.replace('poolGeneration: 3', 'poolGeneration: 999') },
    { name: 'has lost its seal', text: written.replace(/seal: .*\n/u, '') },
  ])('is not believed when it $name', ({ text }) => {
    const observed = observeGate({ ...configMap, data: { 'seats.yaml': text } }, renderedPool().uid, () => 0);

    expect(text).not.toBe(written);
    expect(observed).toMatchObject({ readable: false, problem: 'it is not as an operator wrote it' });
  });

  it('is believed when an operator of a later version wrote a field more', () => {
    const later = { ...gate, reserved: ['prod-7'] };
    const { data } = seatsConfigMap(renderedPool(), later, '42');

    const observed = observeGate({ ...configMap, data }, renderedPool().uid, () => 0);

    expect(observed).toMatchObject({ readable: true, gate });
  });

  it('is not believed when it is the gate of another pool', () => {
    expect(observeGate(configMap, 'another-pool', () => 0)).toMatchObject({ readable: false });
  });

  it('is believed when somebody only wrote a comment into it', () => {
    const data = { 'seats.yaml': `# looked at by ops\n${written}` };

    const observed = observeGate({ ...configMap, data }, renderedPool().uid, () => 0);

    expect(observed).toMatchObject({ readable: true, gate });
  });
});
