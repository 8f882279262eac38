/** Bytes that no balancer may pass on, and what it answers instead. */
export interface Refused {
  readonly name: string;
  /** The text that lets or makes us refuse. */
  readonly section: string;
  /** Latin1. */
  readonly bytes: string;
  /** 400 unless it is said otherwise. */
  readonly status?: number;
  /** The fault comes so late that the beginning is on its way by then; the request never gets there whole. */
  readonly late?: true;
}

/** A head from its lines. */
export function head(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** GET with these fields behind Host. */
export function get(...fields: readonly string[]): string {
  return head('GET /a HTTP/1.1', 'Host: gateway.example', ...fields);
}

/** POST with these fields behind Host; its body is to follow. */
export function post(...fields: readonly string[]): string {
  return head('POST /a HTTP/1.1', 'Host: gateway.example', ...fields);
}

/** POST with this body in chunks, coding included. */
export function chunked(body: string): string {
  return `${post('Transfer-Encoding: chunked')}${body}`;
}

/** What an attacker wants to bring past a proxy. */
export const smuggled = head('GET /smuggled HTTP/1.1', 'Host: gateway.example');
