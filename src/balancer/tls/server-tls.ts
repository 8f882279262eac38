import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { ListenerTls } from '../config/schema.ts';
import type { Accepted } from '../transport/accepted.ts';
import type { OnRead } from '../transport/on-read.ts';
import type { SecureSide } from '../transport/security.ts';
import { serverContext } from './contexts.ts';
import type { PemTexts } from './pem-files.ts';
import { alpnOf, readsIntoBuffers, serverSocket } from './secure-socket.ts';

/** A listener's side of TLS. New handshakes use what `renew` got last; connections that are open go on. */
export class ServerTls implements SecureSide {
  readonly readsIntoBuffers = readsIntoBuffers;
  private readonly requestCert: boolean;
  private readonly protocols: ReturnType<typeof alpnOf>;
  private context: SecureContext;

  constructor(tls: ListenerTls, protocol: 'TCP' | 'HTTP', texts: PemTexts) {
    this.requestCert = tls.clientCaFile !== undefined;
    this.protocols = alpnOf(protocol);
    this.context = serverContext(texts);
  }

  /** Note: called with texts that go together. */
  renew(texts: PemTexts): void {
    this.context = serverContext(texts);
  }

  open(accepted: Accepted, onread: OnRead): Socket {
    const { context, requestCert, protocols } = this;
    return serverSocket(accepted, onread, { secureContext: context, requestCert, ...protocols });
  }

  onSecure(socket: Socket, callback: () => void): void {
    socket.once('secure', () => {
      if (!this.requestCert || isVerified(socket)) callback();
      else socket.destroy(new Error('the client has no certificate that can be verified'));
    });
  }
}

/** Note: a resumed session can look verified without a certificate, so both are asked for. */
function isVerified(socket: Socket): boolean {
  const secure: Partial<Pick<TLSSocket, 'getPeerX509Certificate'>> & Socket = socket;
  const handle: unknown = Reflect.get(socket, '_handle');
  const verifyError: unknown =
    typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'verifyError') : null;
  if (typeof verifyError !== 'function') return false;
  const error: unknown = Reflect.apply(verifyError, handle, []);
  return (error === null || error === undefined) && secure.getPeerX509Certificate?.() !== undefined;
}
