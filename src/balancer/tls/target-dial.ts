import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect, type SecureContext } from 'node:tls';
import type { TargetTls } from '../config/schema.ts';
import { keepAliveMilliseconds } from '../transport/accepted.ts';
import type { OnRead } from '../transport/on-read.ts';
import type { Dial } from '../transport/security.ts';
import { clientContext } from './contexts.ts';
import type { PemTexts } from './pem-files.ts';
import { alpnOf, highWaterMark, prepared } from './secure-socket.ts';

/** A pool has fewer backends at any time, and those that left need no session any more. */
const mostSessions = 256;

/** Says why a backend could not be reached by TLS. */
export type OnRefused = (address: string, port: number, reason: string) => void;

let made = 0;

/** Connections by TLS to the backends of a listener. A backend that is not the right one is never connected: it gets no byte of a client. */
export class TargetDial implements Dial {
  readonly key: string;
  private readonly tls: TargetTls;
  private readonly protocols: ReturnType<typeof alpnOf>;
  private readonly onRefused: OnRefused;
  private context: SecureContext;
  /** The last session with each backend: the next handshake then takes a third of the time, and no signature. */
  private sessions = new Map<string, Buffer>();

  constructor(tls: TargetTls, protocol: 'TCP' | 'HTTP', texts: PemTexts, onRefused: OnRefused) {
    made += 1;
    this.key = `+tls${made}`;
    this.tls = tls;
    this.protocols = alpnOf(protocol);
    this.onRefused = onRefused;
    this.context = clientContext(texts);
  }

  /** Note: called with texts that go together. Sessions stand for backends that other CAs have verified, so they go. */
  renew(texts: PemTexts): void {
    this.context = clientContext(texts);
    this.sessions = new Map();
  }

  open(address: string, port: number, onread: OnRead): Socket {
    const { sessions } = this;
    const name = this.tls.serverName ?? address;
    const place = `${address}:${port}`;
    const session = sessions.get(place);
    const socket = connect({
      host: address,
      port,
      secureContext: this.context,
      // A certificate may be for an address, but SNI may not (RFC 6066 §3).
      ...(isIP(name) === 0 ? { servername: name } : {}),
      checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
      ...(session === undefined ? {} : { session }),
      ...this.protocols,
      ...reading(onread),
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMilliseconds);
    socket.on('session', (next) => remember(sessions, place, next));
    const refuse = (error: Error): void => {
      if (isAboutTls(error)) this.onRefused(address, port, reasonOf(error));
    };
    socket.on('error', refuse);
    socket.once('secureConnect', () => socket.removeListener('error', refuse));
    return prepared(socket);
  }
}

/** Published for `net.connect`, and handed on by `tls.connect`: its types do not say so. */
function reading(onread: OnRead): object {
  return { onread, allowHalfOpen: true, highWaterMark };
}

function remember(sessions: Map<string, Buffer>, place: string, session: Buffer): void {
  sessions.delete(place);
  sessions.set(place, session);
  const [oldest] = sessions.keys();
  if (sessions.size > mostSessions && oldest !== undefined) sessions.delete(oldest);
}

/** Not: refused, unreachable or reset, as without TLS. */
function isAboutTls(error: NodeJS.ErrnoException): boolean {
  return error.syscall === undefined;
}

/** OpenSSL's own words without the places in its source, and Node's without its advice for people who start Node. */
function reasonOf(error: Error): string {
  const reason: unknown = Reflect.get(error, 'reason');
  if (typeof reason === 'string') return reason;
  const [sentence = ''] = error.message.split('; if the root CA');
  return sentence;
}
