import { METHODS } from 'node:http';
import type { ReadRequest } from '../reading/stream.ts';
import type { PeerDifference } from './bench.ts';

/** A way in which a peer differs from the balancer, and why the balancer is right to. */
export interface Justification {
  readonly name: string;
  readonly section: string;
  applies(difference: PeerDifference): boolean;
}

const startLine = /([!#$%&'*+.^_`|~\w-]+) \S+ HTTP\/1\.[01]\r\n/g;

export const justifications: readonly Justification[] = [
  {
    name: 'The peer goes on where we refuse: whatever two recipients could read differently is answered 400 here.',
    section: 'RFC 9112 §11.2',
    applies: ({ difference, given }) => difference === 'More' && given === 'Client',
  },
  {
    name: 'nginx resolves the path by itself, and refuses one that leaves the root or has a bad percent code; a gateway of ours leaves paths to the backend.',
    section: 'RFC 3986 §6.2.2, RFC 9110 §7.6',
    applies: refusedBy('nginx', ({ target }) => /%(?![0-9A-Fa-f]{2})|%2e%2e/i.test(target)),
  },
  {
    name: 'nginx does not know OPTIONS for the whole server.',
    section: 'RFC 9112 §3.2.4',
    applies: refusedBy('nginx', ({ target }) => target === '*'),
  },
  {
    name: 'nginx knows methods of capital letters, - and _ only.',
    section: 'RFC 9110 §9.1: a method is any token',
    applies: refusedBy('nginx', ({ method }) => !/^[A-Z_-]+$/.test(method)),
  },
  {
    name: 'nginx does not pass on TRACE.',
    section: 'RFC 9110 §9.3.8: it is for the backend to refuse',
    applies: refusedBy('nginx', ({ method }) => method === 'TRACE'),
  },
  {
    name: 'Node knows the registered methods only, and drops what was pipelined before another one.',
    section: 'RFC 9110 §9.1: a method is any token',
    applies: ({ peer, difference, bytes, missing }) => {
      const methods = [
        ...missing.map(({ method }) => method),
        ...[...bytes.matchAll(startLine)].map(([, name]) => name),
      ];
      return peer === 'node' && difference === 'Refused' && methods.some((name = '') => !METHODS.includes(name));
    },
  },
  {
    name: 'Node reads nothing behind a request that asks for another protocol, whichever it is.',
    section: 'RFC 9110 §7.8: a server may ignore Upgrade',
    applies: ({ peer, given, difference, bytes }) =>
      peer === 'node' && given === 'Client' && difference !== 'Other' && /^upgrade:/im.test(bytes),
  },
  {
    name: 'Node drops what was pipelined before bytes that we refuse, too; each request that was whole is answered here.',
    section: 'RFC 9112 §9.3.2',
    applies: ({ peer, difference, given, refusedHere }) =>
      peer === 'node' && difference === 'Refused' && given === 'Client' && refusedHere,
  },
  {
    name: 'HAProxy refuses a body of GET, HEAD and DELETE in HTTP/1.0; its length is as clear as that of other bodies.',
    section: 'RFC 9112 §6.3',
    applies: refusedBy('haproxy', ({ version, body }) => version === 'HTTP/1.0' && body !== ''),
  },
  {
    name: 'Node ends the connection behind a request with Expect to which it sent no 100.',
    section: 'RFC 9110 §10.1.1: a final answer may come instead',
    applies: ({ peer, difference, bytes }) => peer === 'node' && difference === 'Fewer' && /^expect:/im.test(bytes),
  },
  {
    name: 'Node and nginx know no tabs around the coding; they refuse it, so nothing is read in two ways.',
    section: 'RFC 9110 §5.6.3: a tab is a blank',
    applies: ({ peer, difference, bytes }) =>
      peer !== 'haproxy' && difference === 'Refused' && /^transfer-encoding:(?:\t.*|.*\t)\r$/im.test(bytes),
  },
  {
    name: 'nginx knows no tabs around the name of a host; it refuses them, so nothing is read in two ways.',
    section: 'RFC 9110 §5.6.3: a tab is a blank',
    applies: ({ peer, difference, bytes }) =>
      peer === 'nginx' && difference === 'Refused' && /^host:(?:[ \t]*\t.*|.*\t[ \t]*)\r$/im.test(bytes),
  },
  {
    name: 'Node answers an expectation that it does not know by itself; here that is for the backend to do.',
    section: 'RFC 9110 §10.1.1: 417',
    applies: ({ peer, difference, statuses }) => peer === 'node' && difference === 'Refused' && statuses.includes(417),
  },
  {
    name: 'nginx takes Expect once only; it is a list.',
    section: 'RFC 9110 §10.1.1, §5.3',
    applies: refusedBy('nginx', ({ fields }) => fields.filter(({ name }) => name === 'expect').length > 1),
  },
  {
    name: 'HAProxy refuses PRI, which is reserved for the preface of HTTP/2; with HTTP/1.1 behind it, it is none.',
    section: 'RFC 9113 §3.4',
    applies: refusedBy('haproxy', ({ method }) => method === 'PRI'),
  },
];

/** The peer answered the first request that it did not pass on with an error, and nothing behind it. */
function refusedBy(peer: string, because: (missing: ReadRequest) => boolean): Justification['applies'] {
  return ({ peer: name, difference, missing: [first] }) =>
    name === peer && difference === 'Refused' && first !== undefined && because(first);
}

export function isJustified(difference: PeerDifference): boolean {
  return justifications.some((justification) => justification.applies(difference));
}
