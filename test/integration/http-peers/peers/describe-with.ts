import { describe, expect, it } from '@jest/globals';
import { installedPeers, isContinuousIntegration, type Peer } from './installed.ts';

/** Tests that need a program of somebody else. Where it cannot be installed, one test stands for them, which fails with CI set. */
export async function describeWith(peer: Peer, tests: () => void): Promise<void> {
  const installed = await installedPeers([peer]);
  describe(`with ${peer}`, () => {
    if (installed.has(peer)) {
      tests();
      return;
    }
    it('nothing is tried: it is missing', () => {
      expect(isContinuousIntegration()).toBe(false);
    });
  });
}
