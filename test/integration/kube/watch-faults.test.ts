import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ControlPlane, controlPlaneTimeoutMilliseconds, startControlPlane } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';
import type { Fault, RequestKind } from '../../faults/fault-proxy.ts';
import type { RecordedReflector } from '../../kube/reflector/recorded-reflector.ts';
import { openDamagedPath } from './damaged-path.ts';
import type { DamagedPath } from './damaged-path.ts';

const testTimeoutMilliseconds = 90_000;
const watches: RequestKind[] = ['Watch', 'InitialWatch', 'List'];

interface Scene {
  readonly path: DamagedPath;
  readonly recorded: RecordedReflector;
}

/** Harm that comes while a watch is open. `during` is called while it lasts. */
interface Harm {
  readonly name: string;
  readonly inflict: (scene: Scene, during: () => Promise<void>) => Promise<void>;
  /** Reads everything again; anything else would be a waste. */
  readonly relists?: true;
  /** The watch lives on. */
  readonly unnoticed?: true;
}

/** The next three attempts to watch fail like this. */
function refusedWith(answer: number, retryAfterSeconds?: number): Harm {
  return {
    name: `three times ${answer}${retryAfterSeconds === undefined ? '' : ' with Retry-After'}`,
    async inflict({ path: { proxy } }, during) {
      proxy.strike(watches, { answer, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) }, 3);
      proxy.link.reset();
      await during();
    },
  };
}

const harms: Harm[] = [
  refusedWith(500),
  refusedWith(503),
  refusedWith(503, 1),
  refusedWith(429, 1),
  refusedWith(401),
  refusedWith(403),
  {
    name: 'a connection that is reset',
    async inflict({ path: { proxy } }, during) {
      proxy.link.reset();
      await during();
    },
  },
  {
    name: 'three attempts whose connection is reset before an answer',
    async inflict({ path: { proxy } }, during) {
      proxy.strike(watches, { reset: true }, 3);
      proxy.link.reset();
      await during();
    },
  },
  {
    name: 'refused connections for a while',
    async inflict({ path: { proxy } }, during) {
      await proxy.link.refuse();
      await during();
      await proxy.link.listen();
    },
  },
  {
    name: 'an ERROR event 500',
    async inflict({ path: { proxy } }, during) {
      proxy.sendErrorEvent(500, 'InternalError');
      await during();
    },
  },
  {
    name: 'an ERROR event 410',
    relists: true,
    async inflict({ path: { proxy } }, during) {
      proxy.sendErrorEvent(410, 'Expired', 'too old resource version: 1 (2)');
      await during();
    },
  },
  {
    name: 'a 410 as the answer to a watch',
    relists: true,
    async inflict({ path: { proxy } }, during) {
      proxy.strike(['Watch'], { answer: 410, reason: 'Expired' }, 1);
      proxy.link.reset();
      await during();
    },
  },
  {
    name: 'bytes that are no event',
    async inflict({ path: { proxy } }, during) {
      proxy.sendBytes('<html>502 Bad Gateway</html>\n');
      await during();
    },
  },
  {
    name: 'a connection that is cut after some bytes, again and again',
    async inflict({ path: { proxy } }, during) {
      proxy.link.cutAfter(700);
      await during();
      await until('the third vain attempt', 30_000, () => proxy.link.accepted >= 4);
      proxy.link.cutAfter(undefined);
    },
  },
  {
    name: 'bytes that trickle',
    unnoticed: true,
    async inflict({ path: { proxy } }, during) {
      proxy.link.limit(20_000);
      await during();
      proxy.link.limit(undefined);
    },
  },
  {
    name: 'a black hole: old and new connections swallow everything',
    async inflict({ path: { proxy } }, during) {
      proxy.link.silence();
      await during();
      await until('the client to give the connection up', 30_000, () => proxy.link.accepted >= 2);
      proxy.link.speak('New');
    },
  },
  {
    name: 'a silent link: only the old connection is dead',
    async inflict({ path: { proxy } }, during) {
      proxy.link.silence();
      proxy.link.speak('New');
      await during();
    },
  },
];

describe('a watch through a damaged network, on a real API server', () => {
  let controlPlane: ControlPlane;
  let path: DamagedPath;

  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllerManager: false });
  }, controlPlaneTimeoutMilliseconds);

  afterAll(async () => {
    await controlPlane.stop();
  });

  beforeEach(async () => {
    path = await openDamagedPath(controlPlane.kubeconfigPath, { deadlineMilliseconds: 1000 });
  });

  afterEach(async () => {
    await path.close();
  });

  it.each(harms)(
    'loses and doubles nothing over $name',
    async ({ inflict, relists = false, unnoticed = false }) => {
      await Promise.all(['kept', 'changed', 'removed'].map((name) => path.create(name)));
      const recorded = path.watch();
      await path.untilEqual(recorded);

      await inflict({ path, recorded }, async () => {
        await path.create('added');
        await path.change('changed');
        await path.remove('removed');
      });
      await path.untilEqual(recorded);
      await path.create('later');
      await path.untilEqual(recorded);

      expect(recorded.events.toSorted()).toEqual(
        [
          'Added kept initial',
          'Added changed initial',
          'Added removed initial',
          'Added added',
          'Updated changed',
          'Deleted removed',
          'Added later',
        ].toSorted(),
      );
      expect(recorded.reports.filter((report) => report.startsWith('relisted'))).toEqual([
        'relisted Initial',
        ...(relists ? ['relisted Expired'] : []),
      ]);
      expect(recorded.reports.some((report) => /^reconnected|Expired$/.test(report))).toBe(!unnoticed);
      expect(recorded.reports).not.toContain('handler failed');
      await until('one watch only to be open', 30_000, () => path.proxy.openWatches === 1);
    },
    testTimeoutMilliseconds,
  );

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'loses and doubles nothing over a restart of the API server by %s with a second in between',
    async (signal) => {
      await Promise.all(['kept', 'changed'].map((name) => path.create(name)));
      const recorded = path.watch();
      await path.untilEqual(recorded);

      await controlPlane.stopApiServer(signal);
      await new Promise((resolve) => {
        setTimeout(resolve, 1000);
      });
      await controlPlane.startApiServer();
      await path.change('changed');
      await path.create('added');
      await path.untilEqual(recorded);

      expect(recorded.events.toSorted()).toEqual([
        'Added added',
        'Added changed initial',
        'Added kept initial',
        'Updated changed',
      ]);
    },
    testTimeoutMilliseconds,
  );

  const firstReadFaults: { name: string; fault: Fault }[] = [
    { name: 'three times 500', fault: { answer: 500 } },
    { name: 'three times 503 with Retry-After', fault: { answer: 503, retryAfterSeconds: 1 } },
    { name: 'three times 429', fault: { answer: 429 } },
    { name: 'three times 401', fault: { answer: 401 } },
    { name: 'three times 410', fault: { answer: 410 } },
    { name: 'three resets', fault: { reset: true } },
  ];

  it.each(
    firstReadFaults.flatMap((fault) => [
      { ...fault, how: 'watches', kinds: ['InitialWatch'] as const },
      { ...fault, how: 'lists', kinds: ['List'] as const },
    ]),
  )(
    'fills the cache in spite of $name when it $how the first time',
    async ({ kinds, fault, how }) => {
      await Promise.all(['one', 'two'].map((name) => path.create(name)));
      path.proxy.strike(kinds, fault, 3);
      // What an API server without initial objects in watches says.
      if (how === 'lists') path.proxy.strike(['InitialWatch'], { answer: 422, reason: 'Invalid' });

      const recorded = path.watch();
      await path.untilEqual(recorded);
      await path.create('three');
      await path.untilEqual(recorded);

      const struck = path.proxy.requests.filter(({ kind }) => kind === kinds[0]);
      expect(struck.length).toBeGreaterThanOrEqual(4);
      expect(recorded.events.toSorted()).toEqual(['Added one initial', 'Added three', 'Added two initial']);
    },
    testTimeoutMilliseconds,
  );

  it(
    'fills the cache although every connection is cut after some bytes, once they suffice',
    async () => {
      await Promise.all(Array.from({ length: 20 }, (_value, index) => path.create(`object-${index}`)));
      path.proxy.link.cutAfter(3000);
      const recorded = path.watch();

      await until('a few vain attempts', 30_000, () => path.proxy.link.accepted >= 4);
      const before = recorded.store.size;
      path.proxy.link.cutAfter(undefined);
      await path.untilEqual(recorded);

      expect(before).toBe(0);
      expect(recorded.events).toHaveLength(20);
    },
    testTimeoutMilliseconds,
  );

  it(
    'closes its connections when it is stopped amid a black hole',
    async () => {
      await path.create('one');
      const recorded = path.watch();
      await path.untilEqual(recorded);
      path.proxy.link.silence();

      await recorded.stop();
      path.transport.close();

      await path.create('two');
      expect(recorded.events).toEqual(['Added one initial']);
    },
    testTimeoutMilliseconds,
  );
});
