import { describe, expect, it } from '@jest/globals';
import { describeSlot, phasesOf } from './phases.ts';
import { type PodChange, podChange } from './pod-watch.ts';

/** One line as kubectl prints it, heard after so many milliseconds. */
function heard(at: number, line: string): PodChange {
  const change = podChange(line, at);
  if (change === undefined) throw new Error(`no change: ${line}`);
  return change;
}

const replacement = (deployment: string, start: number): PodChange[] => [
  heard(start + 100, `MODIFIED|${deployment}-aaa-1|2026-01-01T00:00:00Z|true|True`),
  heard(start + 3000, `DELETED|${deployment}-aaa-1|2026-01-01T00:00:00Z|false|False`),
  heard(start + 3050, `ADDED|${deployment}-bbb-2|||`),
  heard(start + 4000, `MODIFIED|${deployment}-bbb-2||false|False`),
  heard(start + 4500, `MODIFIED|${deployment}-bbb-2||true|False`),
  heard(start + 5000, `MODIFIED|${deployment}-bbb-2||true|True`),
];

describe('the phases of a rollout', () => {
  it('are told for each Deployment, in the order in which they were replaced', () => {
    const changes = [
      heard(1001, 'ADDED|idle-0-aaa-1||true|True'),
      heard(1002, 'ADDED|idle-1-aaa-1||true|True'),
      ...replacement('idle-1', 1000),
      ...replacement('idle-0', 6000),
    ];

    const phases = phasesOf(changes, ['idle-0', 'idle-1'], 1000, 12_000);

    expect(phases).toEqual([
      { deployment: 'idle-1', decided: 100, ended: 2900, created: 50, started: 1450, ready: 500 },
      { deployment: 'idle-0', decided: 100, ended: 2900, created: 50, started: 1450, ready: 500 },
    ]);
  });

  it('take no pod of another Deployment whose name begins alike', () => {
    const changes = [...replacement('idle', 0), ...replacement('idle-0', 7000)];

    const phases = phasesOf(changes, ['idle'], 0, 20_000);

    expect(phases.map(({ deployment, ended }) => ({ deployment, ended }))).toEqual([
      { deployment: 'idle', ended: 2900 },
    ]);
  });

  it('are a line for a person', () => {
    const [slot] = phasesOf(replacement('idle-1', 0), ['idle-1'], 0, 9000);

    expect(slot === undefined ? '' : describeSlot(slot)).toBe(
      'idle-1: decided 0.1 s, ended 2.9 s, created 0.1 s, started 1.4 s, Ready 0.5 s',
    );
  });
});

describe('podChange', () => {
  it.each([
    { line: 'ADDED|p-1-2|||False', expected: { type: 'ADDED', terminating: false, gatewayRuns: false, ready: false } },
    {
      line: 'MODIFIED|p-1-2|2026-01-01T00:00:00Z|true|True',
      expected: { type: 'MODIFIED', terminating: true, gatewayRuns: true, ready: true },
    },
  ])('reads "$line"', ({ line, expected }) => {
    expect(podChange(line, 7)).toEqual({ at: 7, pod: 'p-1-2', ...expected });
  });

  it('passes over what is no change', () => {
    expect(podChange('', 7)).toBeUndefined();
  });
});
