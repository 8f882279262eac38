import type { Listener } from './config/schema.ts';

/** What makes a listener another one. All else of it may change in place. */
export function listenerKey({ protocol, address, port }: Pick<Listener, 'protocol' | 'address' | 'port'>): string {
  return `${protocol} ${address ?? '*'} ${port}`;
}
