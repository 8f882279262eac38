import type { Clock } from '../../kube/clock.ts';
import type { Logger } from '../../kube/logger.ts';
import type { Listener } from '../config/schema.ts';
import type { Security } from '../transport/security.ts';
import { createHandshakeLog } from './handshake-log.ts';
import { checkPemTexts, type PemFiles, type PemTexts, readPemFiles, type ReadText } from './pem-files.ts';
import { PemFollower, type Renewable } from './pem-follower.ts';
import { ServerTls } from './server-tls.ts';
import { TargetDial } from './target-dial.ts';

/** Keeps what listeners need for TLS, as their files are now. */
export interface TlsStore {
  /**
   * What a listener needs; the same thing for the same settings.
   * @throws {PemError} when a file cannot be used
   */
  load(listener: Listener): Promise<Security>;
  /** Forgets what none of these listeners needs. */
  keep(listeners: readonly Listener[]): void;
  /** Looks after the files until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export interface TlsStoreOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly read?: ReadText;
}

/** A change is used after the second look. The kubelet takes up to a minute to bring a renewed Secret into a pod. */
const lookMilliseconds = 2000;

interface Kept<User> {
  readonly user: User;
  readonly follower: PemFollower;
}

export function createTlsStore({ clock, logger, read }: TlsStoreOptions): TlsStore {
  const sides = new Map<string, Kept<ServerTls>>();
  const dials = new Map<string, Kept<TargetDial>>();
  const onRefused = createHandshakeLog(clock, logger);

  async function obtain<User extends Renewable>(
    kept: Map<string, Kept<User>>,
    key: string,
    files: PemFiles,
    make: (texts: PemTexts) => User,
  ): Promise<User> {
    const known = kept.get(key);
    if (known !== undefined) return known.user;
    const texts = await readPemFiles(files, read);
    checkPemTexts(files, texts);
    const user = make(texts);
    kept.set(key, { user, follower: new PemFollower(files, texts, user, logger, read) });
    return user;
  }

  return {
    async load({ protocol, tls, targetTls }) {
      const side =
        tls === undefined
          ? undefined
          : await obtain(sides, keyOf(protocol, tls), tls, (texts) => new ServerTls(tls, protocol, texts));
      if (targetTls === undefined) return { side, dial: undefined };
      const { serverName: _, ...files } = targetTls;
      const make = (texts: PemTexts): TargetDial => new TargetDial(targetTls, protocol, texts, onRefused);
      return { side, dial: await obtain(dials, keyOf(protocol, targetTls), files, make) };
    },
    keep(listeners) {
      forgetOthers(sides, new Set(listeners.map(({ protocol, tls }) => keyOf(protocol, tls))));
      forgetOthers(dials, new Set(listeners.map(({ protocol, targetTls }) => keyOf(protocol, targetTls))));
    },
    async run(signal) {
      while (!signal.aborted) {
        await clock.sleep(lookMilliseconds, signal);
        for (const { follower } of [...sides.values(), ...dials.values()]) if (!signal.aborted) await follower.look();
      }
    },
  };
}

function keyOf(protocol: Listener['protocol'], settings: object | undefined): string {
  return JSON.stringify([protocol, settings]);
}

function forgetOthers(kept: Map<string, unknown>, needed: ReadonlySet<string>): void {
  for (const key of kept.keys()) if (!needed.has(key)) kept.delete(key);
}
