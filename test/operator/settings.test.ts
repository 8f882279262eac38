import { describe, expect, it } from '@jest/globals';
import { parseSettings, usage } from '../../src/operator/settings.ts';

const env = { BALANCER_IMAGE: 'gatewaypool:1', POD_NAMESPACE: 'gatewaypool-system', POD_NAME: 'operator-0' };

describe('parseSettings', () => {
  it('needs nothing but what the chart sets', () => {
    expect(parseSettings([], env)).toEqual({
      ok: true,
      settings: {
        balancerImage: 'gatewaypool:1',
        namespace: 'gatewaypool-system',
        instance: 'operator-0',
        watchNamespace: undefined,
        leaderElect: true,
        leaseName: 'gatewaypool-operator',
        concurrency: 8,
        logLevel: 'info',
        kubeconfig: undefined,
        metricsPort: 8080,
        healthPort: 8081,
      },
    });
  });

  it.each([
    {
      name: 'a flag goes before the environment',
      words: ['--balancer-image=other:2'],
      expected: { balancerImage: 'other:2' },
    },
    {
      name: 'an empty namespace to watch means all',
      words: ['--watch-namespace='],
      expected: { watchNamespace: undefined },
    },
    { name: 'one namespace to watch', words: ['--watch-namespace', 'team-a'], expected: { watchNamespace: 'team-a' } },
    { name: 'no election', words: ['--no-leader-elect'], expected: { leaderElect: false } },
    { name: 'any free port', words: ['--metrics-port=0'], expected: { metricsPort: 0 } },
  ])('$name', ({ words, expected }) => {
    expect(parseSettings(words, env)).toMatchObject({ ok: true, settings: expected });
  });

  it.each([
    {
      name: 'no image',
      words: [],
      env: { ...env, BALANCER_IMAGE: '' },
      problem: 'Neither --balancer-image nor BALANCER_IMAGE is set',
    },
    {
      name: 'no namespace',
      words: [],
      env: { BALANCER_IMAGE: 'x' },
      problem: 'Neither --namespace nor POD_NAMESPACE is set',
    },
    { name: 'an unknown flag', words: ['--colour'], env, problem: "Unknown option '--colour'" },
    {
      name: 'a level that does not exist',
      words: ['--log-level=loud'],
      env,
      problem: '--log-level must be one of trace, debug',
    },
    {
      name: 'no worker',
      words: ['--concurrency=0'],
      env,
      problem: '--concurrency must be a whole number from 1 to 256',
    },
    { name: 'half a worker', words: ['--concurrency=1.5'], env, problem: '--concurrency must be a whole number' },
    {
      name: 'a port out of range',
      words: ['--health-port=70000'],
      env,
      problem: '--health-port must be a whole number from 0 to 65535',
    },
  ])('says what is wrong with $name', ({ words, env: given, problem }) => {
    expect(parseSettings(words, given)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });

  it('has a line for every flag', () => {
    const flags = [...usage.matchAll(/^ {2}--(?:no-)?([a-z-]+)/gmu)].map((match) => match[1]);

    for (const flag of flags) {
      const word = flag === 'leader-elect' ? '--no-leader-elect' : `--${flag}=1`;
      const parsed = parseSettings([word], env);
      expect(parsed.ok ? '' : parsed.problem).not.toContain('Unknown option');
    }
    expect(flags).toHaveLength(10);
  });
});
