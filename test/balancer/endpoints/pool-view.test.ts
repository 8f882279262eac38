import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { addressFamily, poolView } from '../../../src/balancer/endpoints/pool-view.ts';
import { endpointOf, sliceOf } from './slices.ts';

const absent = { ready: null, serving: null, terminating: null };

describe('poolView', () => {
  it('names each pod by its slot, and sorts by slot', () => {
    const slices = [
      sliceOf('a', [endpointOf('prod-1', 'u1', '10.1.0.1')]),
      sliceOf('b', [endpointOf('prod-0', 'u0', '10.1.0.2', { ready: false, serving: false })]),
    ];

    const view = poolView(slices, 'IPv4');

    expect(view).toEqual([
      {
        slot: 'prod-0',
        podName: 'prod-0-u0',
        podUid: 'u0',
        address: '10.1.0.2',
        ready: false,
        serving: false,
        terminating: false,
      },
      {
        slot: 'prod-1',
        podName: 'prod-1-u1',
        podUid: 'u1',
        address: '10.1.0.1',
        ready: true,
        serving: true,
        terminating: false,
      },
    ]);
  });

  it.each([
    {
      name: 'absent conditions mean ready',
      conditions: absent,
      expected: { ready: true, serving: true, terminating: false },
    },
    {
      name: 'an ending pod is never ready, even where the Service publishes such addresses',
      conditions: { ready: true, serving: true, terminating: true },
      expected: { ready: false, serving: true, terminating: true },
    },
    {
      name: 'absent serving does not make an ending pod look lost',
      conditions: { ready: false, serving: null, terminating: true },
      expected: { ready: false, serving: true, terminating: true },
    },
    {
      name: 'a lost node shows as ending and not serving',
      conditions: { ready: false, serving: false, terminating: true },
      expected: { ready: false, serving: false, terminating: true },
    },
  ])('$name', ({ conditions, expected }) => {
    const view = poolView([sliceOf('a', [endpointOf('prod-0', 'u0', '10.1.0.1', conditions)])], 'IPv4');

    expect(view[0]).toMatchObject(expected);
  });

  it.each([
    { name: 'the conditions are missing as a whole', endpoint: { conditions: null }, size: 1 },
    { name: 'it has no hostname', endpoint: { hostname: null }, size: 0 },
    { name: 'it belongs to no pod', endpoint: { targetRef: null }, size: 0 },
    { name: 'it has no address', endpoint: { addresses: [] }, size: 0 },
  ])('counts $size when $name', ({ endpoint, size }) => {
    const slice = sliceOf('a', [{ ...endpointOf('prod-0', 'u0', '10.1.0.1'), ...endpoint }]);

    expect(poolView([slice], 'IPv4')).toHaveLength(size);
  });

  it.each([
    { preferred: 'IPv4', address: '10.1.0.1' },
    { preferred: 'IPv6', address: 'fd00::1' },
  ] as const)('sees a dual-stack pod once, at its $preferred address', ({ preferred, address }) => {
    const slices = [
      sliceOf('four', [endpointOf('prod-0', 'u0', '10.1.0.1')], 'IPv4'),
      sliceOf('six', [endpointOf('prod-0', 'u0', 'fd00::1')], 'IPv6'),
    ];

    const view = poolView(slices, preferred);

    expect(view.map((endpoint) => endpoint.address)).toEqual([address]);
  });

  it('takes the other family when the preferred one is not there', () => {
    const view = poolView([sliceOf('six', [endpointOf('prod-0', 'u0', 'fd00::1')], 'IPv6')], 'IPv4');

    expect(view[0]?.address).toBe('fd00::1');
  });

  it('believes the slice that says terminating while a pod moves between two slices', () => {
    const slices = [
      sliceOf('old', [endpointOf('prod-0', 'u0', '10.1.0.1')]),
      sliceOf('new', [endpointOf('prod-0', 'u0', '10.1.0.1', { ready: false, serving: false, terminating: true })]),
    ];

    const view = poolView(slices, 'IPv4');

    // Not lost either: the other slice says that it serves, and one of the two is out of date.
    expect(view).toEqual([expect.objectContaining({ ready: false, serving: true, terminating: true })]);
  });
});

const condition = fc.constantFrom(true, false, null);
const someEndpoint = fc
  .record({
    pod: fc.nat({ max: 5 }),
    family: fc.constantFrom('IPv4', 'IPv6'),
    ready: condition,
    serving: condition,
    terminating: condition,
  })
  .map(({ pod, family, ...conditions }) => {
    const address = family === 'IPv4' ? `10.1.0.${pod}` : `fd00::${pod}`;
    return endpointOf(`prod-${pod % 3}`, `u${pod}`, address, conditions);
  });
const someSlices = fc
  .array(fc.array(someEndpoint, { maxLength: 6 }), { maxLength: 4 })
  .map((slices) => slices.map((endpoints, index) => sliceOf(`s${index}`, endpoints)));

describe('poolView of any slices', () => {
  it('does not depend on the order of slices or endpoints', () => {
    fc.assert(
      fc.property(someSlices, fc.constantFrom('IPv4', 'IPv6'), (slices, preferred) => {
        const reversed = slices.map((slice) => ({ ...slice, endpoints: slice.endpoints.toReversed() })).toReversed();

        expect(poolView(reversed, preferred)).toEqual(poolView(slices, preferred));
      }),
    );
  });

  it('has each pod exactly once', () => {
    fc.assert(
      fc.property(someSlices, (slices) => {
        const pods = new Set(slices.flatMap((slice) => slice.endpoints.map((endpoint) => endpoint.targetRef?.uid)));

        expect(poolView(slices, 'IPv4').map((endpoint) => endpoint.podUid)).toEqual(expect.arrayContaining([...pods]));
        expect(poolView(slices, 'IPv4')).toHaveLength(pods.size);
      }),
    );
  });

  it('never gives new work to an ending pod, nor calls one lost that some slice says is serving', () => {
    fc.assert(
      fc.property(someSlices, (slices) => {
        const serving = new Set(
          slices
            .flatMap((slice) => slice.endpoints)
            .filter((endpoint) => endpoint.conditions?.serving !== false)
            .map((endpoint) => endpoint.targetRef?.uid),
        );

        for (const endpoint of poolView(slices, 'IPv4')) {
          expect(endpoint.ready && endpoint.terminating).toBe(false);
          expect(endpoint.serving).toBe(serving.has(endpoint.podUid));
        }
      }),
    );
  });
});

describe('addressFamily', () => {
  it.each([
    { address: '10.1.0.1', family: 'IPv4' },
    { address: 'fd00::1', family: 'IPv6' },
  ])('$address is $family', ({ address, family }) => {
    expect(addressFamily(address)).toBe(family);
  });
});
