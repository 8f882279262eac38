import type { Rule } from './rule.ts';

/** The part of a pool that the rules on its name look at. */
interface NamedPool {
  metadata: { name: string };
  spec: { externalInstances: readonly { name: string }[] };
}

/** So that `<pool>-instances` and `<pool>-99` are DNS labels: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
const longestPoolName = 50;

/** Rules at the root of the resource: only there does CEL see `metadata.name`. */
export const nameRules: readonly Rule<NamedPool>[] = [
  {
    cel: `self.metadata.name.size() <= ${longestPoolName}`,
    message: `must have at most ${longestPoolName} characters, because the names of slots and Services begin with it: choose a shorter name`,
    at: '.metadata.name',
    holds: ({ metadata }) => metadata.name.length <= longestPoolName,
  },
  {
    cel: "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message:
      'must be a DNS label that starts with a letter, because a Service gets the same name: use lower-case letters, digits and dashes, such as prod',
    at: '.metadata.name',
    holds: ({ metadata }) => /^[a-z]([-a-z0-9]*[a-z0-9])?$/u.test(metadata.name),
  },
  {
    cel: "self.spec.externalInstances.all(e, !e.name.startsWith(self.metadata.name + '-') || !e.name.substring(self.metadata.name.size() + 1).matches('^[0-9]{1,2}$'))",
    message:
      'an external instance has the name of a slot of this pool: give it a name that does not end in a slot number',
    at: '.spec.externalInstances',
    holds: ({ metadata, spec }) => spec.externalInstances.every(({ name }) => !isSlotName(name, metadata.name)),
  },
];

function isSlotName(name: string, pool: string): boolean {
  return name.startsWith(`${pool}-`) && /^[0-9]{1,2}$/u.test(name.slice(pool.length + 1));
}
