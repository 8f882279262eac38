import { describe, expect, it } from '@jest/globals';
import { parts, partsFor } from './parts.ts';

describe('the parts of the bench', () => {
  it('bring each figure once', () => {
    const figures = parts.flatMap((part) => part.figures);

    expect(new Set(figures).size).toBe(figures.length);
  });

  it('are all of them unless some are named', () => {
    expect(partsFor(undefined)).toEqual(parts);
  });

  it('are those that bring a named figure, with what is measured in the same go', () => {
    const chosen = partsFor(['cpu_10k', 'requests_per_second']).map((part) => part.figures);

    expect(chosen).toEqual([['cpu_per_request', 'requests_per_second'], ['cpu_10k']]);
  });

  it('are not guessed', () => {
    expect(() => partsFor(['cpu'])).toThrow('There is no figure cpu; choose from cpu_per_request, ');
  });
});
