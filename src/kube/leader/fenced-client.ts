import type { CallOptions, KubeClient } from '../client.ts';
import type { LeaseFence } from './fence.ts';

/**
 * A client with which nobody writes without the lease: every verb that changes something asks the fence first, and gets a deadline that
 * ends before another process can lead. Reads pass. Mutating verbs reject with `LeaseLostError`, and nothing is sent.
 */
export function fencedClient(client: KubeClient, fence: LeaseFence): KubeClient {
  const bounded = <O extends CallOptions>(options: O): O => {
    fence.assertHeld();
    const left = fence.writeMilliseconds();
    return { ...options, deadlineMilliseconds: Math.min(options.deadlineMilliseconds ?? left, left) };
  };

  // Note: `async`, so that the fence's refusal is a rejection like every other failure of a call.
  return {
    get: (type, key, options) => client.get(type, key, options),
    list: (type, options) => client.list(type, options),
    create: async (type, object, options = {}) => client.create(type, object, bounded(options)),
    replace: async (type, object, options = {}) => client.replace(type, object, bounded(options)),
    apply: async (type, object, options) => client.apply(type, object, bounded(options)),
    mergePatch: async (type, key, patch, options = {}) => client.mergePatch(type, key, patch, bounded(options)),
    delete: async (type, key, options = {}) => client.delete(type, key, bounded(options)),
  };
}
