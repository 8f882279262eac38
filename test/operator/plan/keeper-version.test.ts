import { describe, expect, it } from '@jest/globals';
import { sharesConfiguration } from '../../../src/operator/plan/keeper-version.ts';

describe('sharesConfiguration', () => {
  it.each([
    ['keeper/gateway:1.7.5', false],
    ['keeper/gateway:1.7.5-amd64', false],
    ['keeper/gateway:v1.6.12', false],
    ['keeper/gateway:1.7', false],
    ['registry.example:5000/keeper/gateway:1.6.0@sha256:0f', false],
    ['keeper/gateway:1.7.6', true],
    ['keeper/gateway:1.10.0', true],
    ['keeper/gateway:2.0', true],
    ['keeper/gateway:latest', true],
    ['keeper/gateway', true],
    ['registry.example:5000/keeper/gateway', true],
    ['keeper/gateway@sha256:0f1e', true],
  ])('%s: %s', (image, shares) => {
    expect(sharesConfiguration({ profile: 'Keeper', image })).toBe(shares);
  });

  it('knows nothing of other products', () => {
    expect(sharesConfiguration({ profile: 'Custom', image: 'bastion:0.1.0' })).toBe(true);
  });
});
