import type { DrainSettings } from './drain-settings.ts';
import { hookMissing } from './drain-settings.ts';
import type { Rule } from './rule.ts';

/** The part of a spec that the rules over several fields look at. */
interface RuledSpec {
  profile: 'Keeper' | 'Custom';
  config: { as?: unknown };
  listeners: readonly { port: number; protocol: 'TCP' | 'HTTP' }[];
  balancer: { healthCheck: { http?: unknown }; proxyProtocol: 'None' | 'V2'; forwardedHeader: 'XForwarded' | 'Both' };
  drain: Pick<DrainSettings, 'hook'>;
  template?: { spec?: unknown } | undefined;
}

/** Rules that need more than one field of the spec. */
export const specRules: readonly Rule<RuledSpec>[] = [
  {
    cel: "self.profile == 'Keeper' || has(self.config.as)",
    message:
      'profile Custom does not know how its gateway reads the configuration: set as.env (an environment variable) or as.file (an absolute path)',
    at: '.config.as',
    reason: 'FieldValueRequired',
    holds: ({ profile, config }) => profile === 'Keeper' || config.as !== undefined,
  },
  {
    cel: 'self.listeners.all(l, self.listeners.exists_one(other, other.port == l.port))',
    message: 'two listeners have the same port: give each listener a port of its own',
    at: '.listeners',
    holds: ({ listeners }) => new Set(listeners.map(({ port }) => port)).size === listeners.length,
  },
  {
    cel: "!has(self.balancer.healthCheck.http) || self.listeners.exists(l, l.protocol == 'HTTP')",
    message: 'http checks need a listener of protocol HTTP: add one, or remove http',
    at: '.balancer.healthCheck.http',
    reason: 'FieldValueForbidden',
    holds: ({ balancer, listeners }) =>
      balancer.healthCheck.http === undefined || listeners.some(({ protocol }) => protocol === 'HTTP'),
  },
  {
    cel: "self.balancer.proxyProtocol == 'None' || self.listeners.exists(l, l.protocol == 'TCP')",
    message: 'the PROXY header needs a listener of protocol TCP: add one, or set None',
    at: '.balancer.proxyProtocol',
    holds: ({ balancer, listeners }) =>
      balancer.proxyProtocol === 'None' || listeners.some(({ protocol }) => protocol === 'TCP'),
  },
  {
    cel: "self.balancer.forwardedHeader == 'XForwarded' || self.listeners.exists(l, l.protocol == 'HTTP')",
    message: 'the Forwarded field needs a listener of protocol HTTP: add one, or set XForwarded',
    at: '.balancer.forwardedHeader',
    holds: ({ balancer, listeners }) =>
      balancer.forwardedHeader === 'XForwarded' || listeners.some(({ protocol }) => protocol === 'HTTP'),
  },
  {
    // Note: as far as the API server can see. It knows nothing of containers: template-rules.ts looks into them.
    cel: "self.drain.hook != 'Template' || (has(self.template) && has(self.template.spec))",
    message: hookMissing,
    at: '.drain.hook',
    holds: ({ drain, template }) => drain.hook !== 'Template' || template?.spec !== undefined,
  },
];

/** What `x-kubernetes-list-type: map` makes the API server check. */
export const uniqueByName: [(list: readonly { name: string }[]) => boolean, string] = [
  (list) => new Set(list.map(({ name }) => name)).size === list.length,
  'two elements have the same name',
];

/** What `x-kubernetes-list-type: set` makes the API server check. */
export const uniqueValues: [(list: readonly string[]) => boolean, string] = [
  (list) => new Set(list).size === list.length,
  'two elements are the same',
];
