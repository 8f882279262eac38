import { Socket } from 'node:net';

/**
 * EndpointSlices refuse loopback addresses, and a test must not talk to any other. So the pods of a test have addresses of
 * 198.51.100.0/24 (RFC 5737, TEST-NET-2), and connections to those go to 127.0.51.0/24.
 */
export function loopbackOf(podAddress: string): string {
  return podAddress.replace(/^198\.51\.100\./, '127.0.51.');
}

/** Redirects every later connection of this process. */
export function mapPodsToLoopback(): void {
  // oxlint-disable-next-line typescript/unbound-method -- the proxy passes `this` on
  Socket.prototype.connect = new Proxy(Socket.prototype.connect, {
    apply: (connect, socket, args: unknown[]) => {
      for (const options of args.flat()) {
        if (isTarget(options)) options.host = loopbackOf(options.host);
      }
      return Reflect.apply(connect, socket, args);
    },
  });
}

function isTarget(value: unknown): value is { host: string } {
  return typeof value === 'object' && value !== null && 'host' in value && typeof value.host === 'string';
}
