import { describe, expect, it } from '@jest/globals';
import { findStreamBinding, isStreamHandle } from '../../../src/balancer/transport/stream-binding.ts';

class Request {
  oncomplete = (): void => {};
}

const whole = { streamBaseState: new Int32Array(5), kReadBytesOrError: 0, kLastWriteWasAsync: 4, WriteWrap: Request };

function refuse(): never {
  throw new Error('No such module');
}

const onread = (): undefined => undefined;
const writeBuffer = (): number => 0;

describe('findStreamBinding', () => {
  it('finds the one of this Node', () => {
    const binding = findStreamBinding();

    expect(binding?.state).toBeDefined();
    expect(binding?.newRequest(() => {}).oncomplete).toBeInstanceOf(Function);
  });

  it('makes requests of the class that the binding has', () => {
    const binding = findStreamBinding({ binding: () => whole });

    expect(binding?.newRequest(() => {})).toBeInstanceOf(Request);
  });

  it.each([
    { name: 'no way to ask for it', host: {} },
    { name: 'an error', host: { binding: () => refuse() } },
    { name: 'no binding', host: { binding: () => undefined } },
    { name: 'no state', host: { binding: () => ({ ...whole, streamBaseState: undefined }) } },
    { name: 'a state of another kind', host: { binding: () => ({ ...whole, streamBaseState: [0, 0, 0, 0, 0] }) } },
    { name: 'a place outside the state', host: { binding: () => ({ ...whole, kLastWriteWasAsync: 5 }) } },
    { name: 'a place that is no number', host: { binding: () => ({ ...whole, kReadBytesOrError: '0' }) } },
    { name: 'no class of requests', host: { binding: () => ({ ...whole, WriteWrap: undefined }) } },
  ])('does without when there is $name', ({ host }) => {
    expect(findStreamBinding(host)).toBeUndefined();
  });
});

describe('isStreamHandle', () => {
  it.each([
    { name: 'a handle that reads and writes', handle: { onread, writeBuffer }, is: true },
    { name: 'one that cannot write', handle: { onread }, is: false },
    { name: 'one that tells nobody what it read', handle: { writeBuffer }, is: false },
    { name: 'none', handle: null, is: false },
  ])('$name: $is', ({ handle, is }) => {
    expect(isStreamHandle(handle)).toBe(is);
  });
});
