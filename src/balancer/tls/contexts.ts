import { createSecureContext, getCACertificates, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { PemTexts } from './pem-files.ts';

/**
 * TLS 1.3, and of TLS 1.2 only what has forward secrecy and authenticated encryption: the "intermediate" list of
 * https://wiki.mozilla.org/Security/Server_Side_TLS without its ciphers for finite-field Diffie-Hellman.
 */
const versionAndCiphers: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ].join(':'),
};

/** What ties a session that a client resumes to this program: without it OpenSSL refuses to resume one with a client certificate. */
const sessionIdContext = 'gatewaypool';

/** For listeners. Tickets of an older context are not understood: a client that resumes is verified anew after a change of the files. */
export function serverContext({ certificateFile, keyFile, clientCaFile }: PemTexts): SecureContext {
  return createSecureContext({
    ...versionAndCiphers,
    sessionIdContext,
    ...given({ cert: certificateFile, key: keyFile, ca: clientCaFile }),
  });
}

/** For connections to backends. Without a CA file, the CAs of the system, or those of Node.js where the system has none. */
export function clientContext({ certificateFile, keyFile, caFile }: PemTexts): SecureContext {
  return createSecureContext({
    ...versionAndCiphers,
    ca: caFile ?? systemCas(),
    ...given({ cert: certificateFile, key: keyFile }),
  });
}

function systemCas(): string[] {
  const system = getCACertificates('system');
  return system.length > 0 ? system : getCACertificates('bundled');
}

/** The options that have a value. */
function given(options: Record<string, string | undefined>): SecureContextOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
