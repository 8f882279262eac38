import { isIP } from 'node:net';
import type { Rule } from './rule.ts';
import { matchesPattern } from './rule.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** RFC 1123 label. */
export const dnsLabel = matchesPattern(
  `^${label}$`,
  'must be a DNS label: lower-case letters, digits and dashes, with a letter or a digit at both ends, such as dc2-win',
);

/** The name of a port in a Service and in a pod (IANA_SVC_NAME): https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports */
export const portName = matchesPattern(
  '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
  'must start with a letter, followed by lower-case letters, digits and single dashes, such as ssh or web-admin',
);

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
export const dnsSubdomain = matchesPattern(
  `^${label}([.]${label})*$`,
  'must be the name of an object: lower-case letters, digits, dashes and dots, such as prod-gateway',
);

/** What Kubernetes allows as a key in a Secret's data. */
export const secretKey = matchesPattern(
  '^([-_a-zA-Z0-9]|[.][-_a-zA-Z0-9]|[.][.][-._a-zA-Z0-9])[-._a-zA-Z0-9]*$',
  'must be a key of a Secret: letters, digits, dashes, underscores and dots, such as config or gateway.json',
);

export const environmentName = matchesPattern(
  '^[A-Za-z_][A-Za-z0-9_]*$',
  'must be the name of an environment variable: letters, digits and underscores, not starting with a digit, such as GATEWAY_CONFIG',
);

/** A mount path must not contain a colon; a path that is not in its shortest form could hide another mount. */
export const absoluteFile: Rule<string> = {
  cel: "self.matches('^(/[^/:]+)+$') && !self.matches('/[.][.]?(/|$)')",
  message:
    'must be the absolute path of a file, without a colon and without . or .. parts, such as /etc/gateway/config.json',
  holds: (path) => /^(\/[^/:]+)+$/u.test(path) && !/\/[.][.]?(\/|$)/u.test(path),
};

export const imageReference = matchesPattern(
  '^[!-~]+$',
  'must be an image reference without spaces, such as registry.example/gateway:1.8.4',
);

export const httpPath = matchesPattern(
  '^/[!-~]*$',
  'must be an absolute path in printable ASCII without spaces, such as /healthz',
);

/** Note: a host name whose last label is a number could be a mistyped IPv4 address, so it is refused (https://url.spec.whatwg.org/#ends-in-a-number-checker). */
export const hostAddress: Rule<string> = {
  cel: `isIP(self) || (self.matches('^${label}([.]${label})*$') && !self.matches('(^|[.])[0-9]+$'))`,
  message: 'must be an IPv4 or IPv6 address or a DNS name, without scheme and port, such as 192.0.2.10',
  holds: (address) => {
    if (isIP(address) !== 0) return !address.includes('%') && !isMappedAddress(address);
    return dnsSubdomain.holds(address) && !/(^|[.])[0-9]+$/u.test(address);
  },
};

/** A range of addresses, as the API server's isCIDR() reads it. */
export const networkRange: Rule<string> = {
  cel: 'isCIDR(self)',
  message: 'must be a range of IPv4 or IPv6 addresses with the length of its prefix, such as 192.0.2.0/24',
  holds: (range) => {
    const [, address = '', length = ''] = /^([^/%]*)\/(0|[1-9][0-9]{0,2})$/u.exec(range) ?? [];
    const version = isIP(address);
    return version !== 0 && Number(length) <= (version === 4 ? 32 : 128) && !isMappedAddress(address);
  },
};

export const jsonField = matchesPattern(
  '^[-_a-zA-Z0-9]+([.][-_a-zA-Z0-9]+)*$',
  'must be the name of a field, with dots between the names that lead to it, such as sessions.active',
);

/** IPv4-mapped IPv6, which the API server's isIP() refuses. */
function isMappedAddress(address: string): boolean {
  return /^::ffff:([0-9.]+|[0-9a-f]{1,4}:[0-9a-f]{1,4})$/iu.test(address);
}

/** Ports of a gateway's pod that belong to the sidecar: 15090 serves its state, 15100 and up its listeners. */
export const reservedPorts = { first: 15_000, last: 15_999 } as const;

export function isReservedPort(port: number): boolean {
  return port >= reservedPorts.first && port <= reservedPorts.last;
}

export const unreservedPort: Rule<number> = {
  cel: `self < ${reservedPorts.first} || self > ${reservedPorts.last}`,
  message: `must not be in ${reservedPorts.first}-${reservedPorts.last}: these ports of a pod belong to the sidecar; let the gateway listen on another one`,
  holds: (port) => !isReservedPort(port),
};
