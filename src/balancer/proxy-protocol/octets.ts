/** What the PROXY protocol's version 2 is made of: https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt §2.2 */

/** No other protocol begins like this. */
export const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/** The signature, version and command, family, and the length of the rest. */
export const fixedOctets = 16;

/** Version 2; the peer speaks for itself, as in a health check. */
export const localCommand = 0x20;

/** Version 2; the peer speaks for a client. */
export const proxyCommand = 0x21;

/** TCP over IPv4, over IPv6, and "unspecified": the receiver then uses the connection's own addresses. */
export const families = { ipv4: 0x11, ipv6: 0x21, unspecified: 0x00 } as const;
