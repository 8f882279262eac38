import { describe, expect, it } from '@jest/globals';
import { assignListenerPorts, firstListenerPort, lastListenerPort } from '../../../src/operator/render/ports.ts';

describe('assignListenerPorts', () => {
  it.each([
    { name: 'counts up from the first port', known: {}, names: ['ssh', 'http'], ports: { ssh: 15100, http: 15101 } },
    {
      name: 'keeps the port of a name when the order of the listeners changes',
      known: { ssh: 15100, http: 15101 },
      names: ['http', 'ssh'],
      ports: { ssh: 15100, http: 15101 },
    },
    {
      name: 'does not give the port of a removed listener to a new one',
      known: { ssh: 15100, http: 15101 },
      names: ['http', 'vnc'],
      ports: { ssh: 15100, http: 15101, vnc: 15102 },
    },
    {
      name: 'gives a listener that comes back the port it had',
      known: { ssh: 15100, http: 15101 },
      names: ['ssh'],
      ports: { ssh: 15100, http: 15101 },
    },
  ])('$name', ({ known, names, ports }) => {
    expect(assignListenerPorts(known, names)).toEqual(ports);
  });

  it('uses the port of a name that is gone when the range is used up', () => {
    const everyPort = Object.fromEntries(
      Array.from({ length: lastListenerPort - firstListenerPort + 1 }, (_, index) => [
        `l${index}`,
        firstListenerPort + index,
      ]),
    );

    const ports = assignListenerPorts(everyPort, ['l0', 'new']);

    expect(ports['l0']).toBe(firstListenerPort);
    expect(ports['new']).toBe(firstListenerPort + 1);
    expect(new Set(Object.values(ports)).size).toBe(Object.values(ports).length);
  });
});
