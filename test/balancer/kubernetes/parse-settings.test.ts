import { describe, expect, it } from '@jest/globals';
import { parseSettings } from '../../../src/balancer/kubernetes/parse-settings.ts';

const good = `
listeners:
- {name: ssh, protocol: TCP, port: 15100, targetPort: 2222}
healthCheck: {mode: Passive}
`;

const parse = (text: string) => parseSettings(text, 'balancer.yaml');

describe('parseSettings', () => {
  it('reads what the operator writes, with defaults', () => {
    expect(parse(good)).toMatchObject({
      config: { listeners: [{ name: 'ssh', distribution: 'RoundRobin' }], slowStartSeconds: 10, backends: [] },
      unknownFields: [],
    });
  });

  it('leaves out, and names, what a newer operator wrote', () => {
    const text = `${good}weather: {wind: 3}\nlimits: {maxConnections: 5, maxMoons: 2}\nbackends: [{name: a, address: b, colour: red}]`;

    expect(parse(text)).toMatchObject({
      config: { limits: { maxConnections: 5 }, backends: [{ name: 'a', address: 'b' }] },
      unknownFields: ['backends[0].colour', 'limits.maxMoons', 'weather'],
    });
  });

  it('leaves out what it does not know at any depth, and keeps what is beside it', () => {
    const text = good.replace(
      'targetPort: 2222}',
      'targetPort: 2222, tls: {certificateFile: /a, keyFile: /b, curve: x}, moons: [{name: io}]}',
    );

    expect(parse(text)).toMatchObject({
      config: { listeners: [{ name: 'ssh', tls: { certificateFile: '/a', keyFile: '/b' } }] },
      unknownFields: ['listeners[0].tls.curve', 'listeners[0].moons'],
    });
  });

  it.each([
    {
      name: 'a port out of range',
      text: good.replace('2222', '0'),
      problem: /^balancer\.yaml:3:\d+: listeners\[0\]\.targetPort: /,
    },
    {
      name: 'an unknown protocol',
      text: good.replace('TCP', 'UDP'),
      problem: /^balancer\.yaml:3:\d+: listeners\[0\]\.protocol: /,
    },
    {
      name: 'two listeners on one port',
      text: good.replace('healthCheck', '- {name: web, protocol: HTTP, port: 15100, targetPort: 80}\nhealthCheck'),
      problem: /listeners\[1\]\.port: another listener has port 15100 already/,
    },
    {
      name: 'a wrong field beside an unknown one',
      text: `${good}weather: fine\nslowStartSeconds: soon`,
      problem: /slowStartSeconds: /,
    },
    { name: 'another kind of text', text: 'words', problem: /^balancer\.yaml:1:1: / },
    {
      name: 'YAML that ends too early',
      text: 'listeners: [{name: ssh\nlimits: {}',
      problem: /^balancer\.yaml:2:\d+: /,
    },
  ])('refuses $name', ({ text, problem }) => {
    expect(() => parse(text)).toThrow(problem);
  });
});
