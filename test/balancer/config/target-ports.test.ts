import { describe, expect, it } from '@jest/globals';
import { targetPorts } from '../../../src/balancer/config/target-ports.ts';

describe('targetPorts', () => {
  it.each([
    { name: 'none for an outbound-only gateway', listeners: [], ports: [] },
    { name: 'the port of the listener when it names no other', listeners: [{ port: 22 }], ports: [22] },
    { name: 'its target port before its own', listeners: [{ port: 22, targetPort: 2222 }], ports: [2222] },
    {
      name: 'a port once, although two listeners send work there',
      listeners: [{ port: 80, targetPort: 8080 }, { port: 8080 }],
      ports: [8080],
    },
  ])('are $name', ({ listeners, ports }) => {
    expect([...targetPorts(listeners)]).toEqual(ports);
  });
});
