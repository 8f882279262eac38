import type { DeleteConfigCopies } from './actions.ts';
import type { Observation } from './observation.ts';

/** Besides those in use: the current one, and the one before it for a way back. */
const keptCopies = 2;

/**
 * Copies of old configurations that nothing can need any more: not in use by a slot, not what one
 * would go back to, and not among the newest two.
 */
export function staleConfigCopies({ config, configCopies, slots }: Observation): DeleteConfigCopies | undefined {
  const current = config.state === 'Valid' ? config.copy : config.lastGoodCopy;
  const used = new Set([current, ...configCopies.slice(0, keptCopies)]);
  for (const { deployment, pods } of slots) {
    used.add(deployment?.configCopy);
    used.add(deployment?.lastGood?.configCopy);
    for (const { configCopy } of pods) used.add(configCopy);
  }

  const names = configCopies.filter((name) => !used.has(name));
  if (names.length === 0) return undefined;
  return { action: 'DeleteConfigCopies', names, reason: `no instance uses ${names.join(', ')} any more` };
}
