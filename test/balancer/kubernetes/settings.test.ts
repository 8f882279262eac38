import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BalancerConfig } from '../../../src/balancer/config/schema.ts';
import { ListenError } from '../../../src/balancer/data-plane.ts';
import { createSettings } from '../../../src/balancer/kubernetes/settings.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';

let stop: AbortController;

beforeEach(() => {
  stop = new AbortController();
});

afterEach(() => {
  stop.abort();
});

/** Settings before a data plane that fails as often as it is told to. */
function settingsBefore(failures: Error[] = []) {
  const clock = new FakeClock();
  const { logger, lines } = memoryLogger();
  const carriedOut: BalancerConfig[] = [];
  const counts = { refused: 0, changes: 0 };
  const settings = createSettings({
    source: 'balancer.yaml',
    dataPlane: {
      setConfig: async (config) => {
        carriedOut.push(config);
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
      },
    },
    refused: {
      add: () => {
        counts.refused += 1;
      },
    },
    fileExists: (path) => !path.startsWith('/missing/'),
    clock,
    logger,
    onChange: () => {
      counts.changes += 1;
    },
  });
  const running = settings.run(stop.signal);
  return { settings, clock, lines, carriedOut, counts, running };
}

const taken = (): ListenError => new ListenError('Could not listen on port 15100 for ssh: EADDRINUSE', 'EADDRINUSE');

const web = '{name: web, protocol: HTTP, port: 15100, targetPort: 8080}';
const plain = `listeners: [${web}]`;
const missing = 'tls: {certificateFile: /missing/tls.crt, keyFile: /missing/tls.key}';
const secured = `listeners: [${web.replace('}', `, ${missing}}`)}]\nslowStartSeconds: 4`;

describe('settings', () => {
  it('are carried out', async () => {
    const { settings, clock, carriedOut, counts } = settingsBefore();

    settings.offer('slowStartSeconds: 3');
    await clock.advance(0);

    expect(carriedOut.map((config) => config.slowStartSeconds)).toEqual([3]);
    expect(settings.config()?.slowStartSeconds).toBe(3);
    expect(counts).toEqual({ refused: 0, changes: 1 });
  });

  it('that are bad change nothing: they are counted, and the log names the field', async () => {
    const { settings, clock, carriedOut, counts, lines } = settingsBefore();
    settings.offer('slowStartSeconds: 3');
    await clock.advance(0);

    settings.offer('slowStartSeconds: -1');
    await clock.advance(60_000);

    expect(carriedOut).toHaveLength(1);
    expect(settings.text()).toBe('slowStartSeconds: 3');
    expect(counts).toEqual({ refused: 1, changes: 1 });
    expect(lines).toEqual([
      expect.objectContaining({
        msg: 'Refused the settings of the balancer; the last ones stay in force',
        problem: expect.stringMatching(/^balancer\.yaml:1:19: slowStartSeconds: /),
      }),
    ]);
  });

  it('that did not change are not carried out again', async () => {
    const { settings, clock, carriedOut } = settingsBefore();

    settings.offer('slowStartSeconds: 3');
    await clock.advance(0);
    settings.offer('slowStartSeconds: 3');
    await clock.advance(60_000);

    expect(carriedOut).toHaveLength(1);
  });

  it('are tried again every 2 s while a listener cannot be opened, and that is logged once', async () => {
    const { settings, clock, carriedOut, lines } = settingsBefore([taken(), taken()]);

    settings.offer('{}');
    await clock.advance(100);
    const problem = settings.listenProblem();
    await clock.advance(4000);

    expect(problem).toBe('Could not listen on port 15100 for ssh: EADDRINUSE');
    expect(carriedOut).toHaveLength(3);
    expect(settings.listenProblem()).toBeUndefined();
    expect(lines.map((line) => line.msg)).toEqual([problem]);
  });

  it('let nobody take the pod for ready before they were carried out once', async () => {
    const { settings, clock } = settingsBefore();

    settings.offer('{}');
    const before = settings.listenProblem();
    await clock.advance(0);

    expect(before).toBe('The listeners are not open yet');
    expect(settings.listenProblem()).toBeUndefined();
  });

  it('that come while others are carried out follow them', async () => {
    const { settings, clock, carriedOut } = settingsBefore();

    settings.offer('slowStartSeconds: 1');
    settings.offer('slowStartSeconds: 2');
    settings.offer('slowStartSeconds: 3');
    await clock.advance(0);

    expect(carriedOut.at(-1)?.slowStartSeconds).toBe(3);
  });

  it('name what this version does not know, and obey the rest', async () => {
    const { settings, lines } = settingsBefore();

    settings.offer('{slowStartSeconds: 3, weather: fine}');

    expect(settings.config()?.slowStartSeconds).toBe(3);
    expect(lines).toEqual([
      expect.objectContaining({ msg: 'Left out settings that this version does not know', unknownFields: ['weather'] }),
    ]);
  });

  it('end when told to', async () => {
    const { clock, running } = settingsBefore();

    stop.abort();
    await running;

    expect(clock.sleeping).toBe(0);
  });

  it('for files that this pod does not have leave the listener as it was, and say so', async () => {
    const { settings, clock, carriedOut, lines } = settingsBefore();
    settings.offer(plain);
    await clock.advance(0);

    settings.offer(secured);
    await clock.advance(0);

    expect(carriedOut.at(-1)).toMatchObject({ slowStartSeconds: 4, listeners: [{ name: 'web', port: 15100 }] });
    expect(carriedOut.at(-1)?.listeners[0]?.tls).toBeUndefined();
    expect(lines).toEqual([expect.objectContaining({ asBefore: ['web'], closed: [] })]);
  });

  it('for files that this pod does not have leave it so after a restart too', async () => {
    const earlier = settingsBefore().settings;
    earlier.offer(plain);
    earlier.offer(secured);
    const { settings } = settingsBefore();

    settings.offer(earlier.text() ?? '');
    settings.offer(secured);

    expect(settings.config()).toEqual(earlier.config());
    expect(settings.config()?.listeners).toHaveLength(1);
  });
});
