import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../../src/balancer/config/config-error.ts';
import { parseConfig } from '../../../src/balancer/config/parse-config.ts';

const good = `
listeners:
- {name: ssh, protocol: TCP, port: 2200, targetPort: 22}
- name: http
  protocol: HTTP
  port: 8080
backends:
- {name: prod-0, address: 127.0.0.1, port: 9001}
- name: prod-1
  address: 127.0.0.1
  ports: {ssh: 22, http: 9002}
`;

/** Ten times as many with each line: https://en.wikipedia.org/wiki/Billion_laughs_attack */
const growing = [
  'a0: &a0 [x]',
  ...Array.from(
    { length: 9 },
    (_, index) => `a${index + 1}: &a${index + 1} [${Array(10).fill(`*a${index}`).join(', ')}]`,
  ),
].join('\n');

function problemOf(text: string): ConfigError {
  try {
    parseConfig(text, 'balancer.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('parseConfig', () => {
  it('fills in what is not said', () => {
    const config = parseConfig(good, 'balancer.yaml');

    expect(config.listeners[0]).toEqual({
      name: 'ssh',
      protocol: 'TCP',
      distribution: 'RoundRobin',
      port: 2200,
      targetPort: 22,
      acceptProxyFrom: [],
      allowConnect: false,
    });
    expect(config.healthCheck).toEqual({
      mode: 'Active',
      http: { path: '/' },
      intervalMilliseconds: 500,
      timeoutMilliseconds: 1000,
      unhealthyThreshold: 2,
      healthyThreshold: 2,
    });
    expect(config.retries).toEqual({ attempts: 2, budgetPercent: 20, budgetMinimum: 3 });
    expect(config.slowStartSeconds).toBe(10);
    expect(config.proxyProtocol).toBe('None');
    expect(config.sessions).toEqual({ source: 'Balancer', ignore: [] });
  });

  it('reads how sessions are counted', () => {
    const text = `sessions: {source: HTTP, http: {port: 8080}, ignore: [{cidr: 'fd77::/64', port: 443}, {host: router.example., port: 443}]}`;

    expect(parseConfig(text, 'balancer.yaml').sessions).toEqual({
      source: 'HTTP',
      http: { path: '/sessions', port: 8080, field: 'sessions' },
      ignore: [
        { cidr: 'fd77::/64', port: 443 },
        { host: 'router.example.', port: 443 },
      ],
    });
  });

  it('takes an empty file for a balancer that does nothing', () => {
    expect(parseConfig('', 'balancer.yaml').listeners).toEqual([]);
  });

  it.each([
    {
      name: 'broken YAML',
      text: 'listeners:\n- {name: ssh\n',
      message: /^balancer\.yaml:\d+:\d+: Flow map in block collection/,
    },
    {
      name: 'a key that is there twice',
      text: 'slowStartSeconds: 1\nslowStartSeconds: 2\n',
      message: /^balancer\.yaml:2:1: Map keys must be unique/,
    },
    {
      name: 'a port that is too large',
      text: good.replace('port: 8080', 'port: 80800'),
      message: /^balancer\.yaml:6:9: listeners\[1\]\.port: .*65535/,
    },
    {
      name: 'a number as text',
      text: good.replace('port: 8080', 'port: "8080"'),
      message: /^balancer\.yaml:6:9: listeners\[1\]\.port: .*expected number/,
    },
    {
      name: 'an unknown protocol',
      text: good.replace('protocol: HTTP', 'protocol: UDP'),
      message: /^balancer\.yaml:5:13: listeners\[1\]\.protocol: .*"TCP"\|"HTTP"/,
    },
    {
      name: 'a missing field, where it is missing',
      text: good.replace('  protocol: HTTP\n', ''),
      message: /^balancer\.yaml:4:3: listeners\[1\]\.protocol: /,
    },
    {
      name: 'a field that does not exist',
      text: `${good}slowstartSeconds: 3\n`,
      message: /^balancer\.yaml:12:19: slowstartSeconds: no such field/,
    },
    {
      name: 'a listener that is there twice',
      text: good.replace('name: http', 'name: ssh'),
      message: /^balancer\.yaml:4:9: listeners\[1\]\.name: another listener is called ssh already/m,
    },
    {
      name: 'a port that is there twice',
      text: good.replace('port: 8080', 'port: 2200'),
      message: /^balancer\.yaml:6:9: listeners\[1\]\.port: another listener has port 2200 already/,
    },
    {
      name: 'a backend that is there twice',
      text: good.replace('name: prod-1', 'name: prod-0'),
      message: /^balancer\.yaml:9:9: backends\[1\]\.name: another backend is called prod-0 already/,
    },
    {
      name: 'a backend without a port for a listener',
      text: good.replace('{ssh: 22, http: 9002}', '{ssh: 22}'),
      message: /^balancer\.yaml:9:3: backends\[1\]: no port for listener http/,
    },
    {
      name: 'a port for a listener that does not exist',
      text: good.replace('http: 9002', 'http: 9002, web: 1'),
      message: /^balancer\.yaml:11:\d+: backends\[1\]\.ports\.web: there is no listener called web/,
    },
    {
      name: 'a gateway to ask without its port',
      text: 'sessions: {source: HTTP}\n',
      message: /^balancer\.yaml:1:11: sessions\.http: source HTTP needs http\.port/,
    },
    {
      name: 'a gateway that is not asked',
      text: 'sessions: {source: Kernel, http: {port: 8080}}\n',
      message: /^balancer\.yaml:1:34: sessions\.http: needs source HTTP/,
    },
    {
      name: 'CONNECT over TCP',
      text: 'listeners: [{name: ssh, protocol: TCP, port: 2200, allowConnect: true}]\n',
      message: /^balancer\.yaml:1:66: listeners\[0\]\.allowConnect: CONNECT is a request of HTTP: set protocol HTTP/,
    },
    {
      name: 'a certificate for backends without its key',
      text: 'listeners: [{name: web, protocol: HTTP, port: 8080, targetTls: {certificateFile: /a.crt}}]\n',
      message:
        /^balancer\.yaml:1:\d+: listeners\[0\]\.targetTls: needs certificateFile and keyFile, or none of the two/,
    },
    {
      name: 'a peer that is trusted, without the length of its prefix',
      text: 'listeners: [{name: ssh, protocol: TCP, port: 2200, acceptProxyFrom: [10.0.0.1]}]\n',
      message: /^balancer\.yaml:1:\d+: listeners\[0\]\.acceptProxyFrom\[0\]: must be a range of IPv4 or IPv6 addresses/,
    },
    {
      name: 'a peer without an address',
      text: 'sessions: {ignore: [{port: 443}]}\n',
      message: /^balancer\.yaml:1:21: sessions\.ignore\[0\]: needs cidr or host/,
    },
    {
      name: 'a peer with two',
      text: 'sessions: {ignore: [{port: 443, host: a, cidr: 10.0.0.0/8}]}\n',
      message: /^balancer\.yaml:1:21: sessions\.ignore\[0\]: needs cidr or host/,
    },
    {
      name: 'a peer without its port',
      text: 'sessions: {ignore: [{host: a}]}\n',
      message: /^balancer\.yaml:1:21: sessions\.ignore\[0\]\.port: /,
    },
    {
      name: 'a range that is none',
      text: 'sessions: {ignore: [{cidr: 10.0.0.0, port: 443}]}\n',
      message: /^balancer\.yaml:1:28: sessions\.ignore\[0\]\.cidr: must be a range of IPv4 or IPv6 addresses/,
    },
    { name: 'a list instead of a map', text: '- a\n', message: /^balancer\.yaml:1:1: the document: / },
    { name: 'aliases that grow without end', text: growing, message: /^balancer\.yaml:1:1: Excessive alias count/ },
  ])('refuses $name, and says where', ({ text, message }) => {
    expect(problemOf(text).message).toMatch(message);
  });

  it('tells all problems at once, the first one as the place', () => {
    const error = problemOf(good.replace('port: 8080', 'port: 0').replace('protocol: TCP', 'protocol: X'));

    expect(error.message.split('\n')).toHaveLength(2);
    expect({ line: error.line, column: error.column, field: error.field }).toEqual({
      line: 3,
      column: 25,
      field: 'listeners[0].protocol',
    });
  });
});
