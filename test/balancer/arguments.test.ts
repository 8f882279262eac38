import { describe, expect, it } from '@jest/globals';
import { parseArguments } from '../../src/balancer/arguments.ts';
import { stopSignals } from '../../src/balancer/stop-signals.ts';

describe('parseArguments', () => {
  it.each([
    { words: ['--config', 'b.yaml'], command: { mode: 'Static', path: 'b.yaml' } },
    { words: ['--kubernetes'], command: { mode: 'Kubernetes' } },
    { words: ['--help'], command: { mode: 'Help' } },
    { words: ['--check', 'b.yaml'], command: { mode: 'Check', path: 'b.yaml' } },
    { words: [], command: { mode: 'Wrong', problem: 'One of --config, --check and --kubernetes is needed' } },
    {
      words: ['--kubernetes', '--config', 'b.yaml'],
      command: { mode: 'Wrong', problem: '--config, --check and --kubernetes exclude each other' },
    },
  ])('reads $words', ({ words, command }) => {
    expect(parseArguments(words)).toEqual(command);
  });

  it.each([{ words: ['--conf', 'b.yaml'] }, { words: ['b.yaml'] }, { words: ['--config'] }])(
    'refuses $words',
    ({ words }) => {
      expect(parseArguments(words).mode).toBe('Wrong');
    },
  );
});

describe('stopSignals', () => {
  it('asks for an orderly end first, then for an end now', () => {
    const handlers = new Map<string, () => void>();
    const { stop, cut } = stopSignals((signal, handler) => handlers.set(signal, handler));
    expect([stop.aborted, cut.aborted]).toEqual([false, false]);

    handlers.get('SIGTERM')?.();
    expect([stop.aborted, cut.aborted]).toEqual([true, false]);

    handlers.get('SIGINT')?.();
    expect([stop.aborted, cut.aborted]).toEqual([true, true]);
  });
});
