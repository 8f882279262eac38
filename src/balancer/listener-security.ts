import type { Clock } from '../kube/clock.ts';
import type { Logger } from '../kube/logger.ts';
import type { Listener } from './config/schema.ts';
import { ListenError } from './data-plane.ts';
import type { TlsStore } from './tls/tls-store.ts';
import type { Security } from './transport/security.ts';

/** Finds how listeners speak TLS. */
export interface ListenerSecurity {
  /** @throws {ListenError} when a file that the listener names cannot be used */
  of(listener: Listener): Promise<Security>;
  /** These listeners are all that are open from now on. */
  keep(listeners: readonly Listener[]): void;
  /** After its signal aborted: resolves when nothing runs any more. */
  readonly ended: Promise<void>;
}

const none: Security = { side: undefined, dial: undefined };

/** Whether `of` has something to find. */
function speaksTls({ tls, targetTls }: Listener): boolean {
  return tls !== undefined || targetTls !== undefined;
}

/** Note: the code for TLS is loaded with the first listener that needs it, as most sidecars never do. */
export function createListenerSecurity(
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  signal: AbortSignal,
): ListenerSecurity {
  let store: TlsStore | undefined;
  let ended = Promise.resolve();

  async function loaded(): Promise<TlsStore> {
    const { createTlsStore } = await import('./tls/tls-store.ts');
    if (store === undefined) {
      store = createTlsStore({ clock, logger });
      ended = store.run(signal);
    }
    return store;
  }

  return {
    async of(listener) {
      if (!speaksTls(listener)) return none;
      const tls = await loaded();
      try {
        return await tls.load(listener);
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        throw new ListenError(`Listener ${listener.name} cannot speak TLS: ${problem}`, 'BadCertificate', error);
      }
    },
    keep: (listeners) => store?.keep(listeners),
    get ended() {
      return ended;
    },
  };
}
