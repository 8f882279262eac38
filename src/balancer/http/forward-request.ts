import { isIPv6 } from 'node:net';
import type { BalancerConfig } from '../config/schema.ts';
import type { HeldRequest } from './held-request.ts';
import { copyKeptLines } from './kept-lines.ts';
import { upgradeLines, viaLine } from './own-lines.ts';
import type { RequestHead } from './request-head.ts';

const forwardedName = 'X-Forwarded-For: ';
const secureLine = 'X-Forwarded-Proto: https\r\n';

/** Longer than anything that we add to a head, but what Upgrade, X-Forwarded-For and the target bring with them. */
const addedRoom = 256;

type Told = BalancerConfig['forwardedHeader'];

/** What one client's requests get added, ready to be copied behind their last field. */
export interface ClientLines {
  readonly address: string;
  /** The client speaks TLS with us. */
  readonly secure: boolean;
  readonly told: Told;
  /** Lines that any request gets, behind X-Forwarded-For. */
  readonly others: string;
  /** For the usual request: HTTP/1.1, no X-Forwarded-For yet, no upgrade. The empty line included. */
  readonly usual: Buffer;
}

let latest: ClientLines = clientLines('', false, 'XForwarded');

/** One client opens many connections, so the lines of the last one are kept. */
export function linesOf(address: string, secure: boolean, told: Told): ClientLines {
  if (latest.address !== address || latest.secure !== secure || latest.told !== told) {
    latest = clientLines(address, secure, told);
  }
  return latest;
}

function clientLines(address: string, secure: boolean, told: Told): ClientLines {
  const others = `${secure ? secureLine : ''}${told === 'Both' ? forwardedLine(address, secure) : ''}`;
  const lines = `${forwardedName}${address}\r\n${others}${viaLine(false)}\r\n`;
  return { address, secure, told, others, usual: Buffer.from(lines, 'latin1') };
}

/** RFC 7239 §4: Forwarded is a list, so a line of ours behind those that came is its last member. Its §6 has the form of an address. */
function forwardedLine(address: string, secure: boolean): string {
  const node = isIPv6(address) ? `"[${address}]"` : address;
  return `Forwarded: for=${node};proto=${secure ? 'https' : 'http'}\r\n`;
}

/** Writes the request's head as the backend gets it to where the request is held. `bytes` are what `head` was read from. */
export function forwardRequest(head: RequestHead, bytes: Buffer, client: ClientLines, held: HeldRequest): void {
  const { line, fields, path, old, upgrade } = head;
  const { forwardedFor } = fields;
  const headOctets = fields.end - line.start;
  held.begin(
    headOctets + client.usual.length + (upgrade?.length ?? 0) + addedRoom + forwardedFor.octets,
    head.repeatable,
  );
  const target = held.bytes;
  const start = path === undefined ? line.start : fields.start;
  // An absolute target becomes a path: such a line is written anew.
  const otherLine = path === undefined ? '' : `${head.method(bytes)} ${path} HTTP/${old ? '1.0' : '1.1'}\r\n`;
  const lineEnd = path === undefined ? 0 : target.write(otherLine, 0, 'latin1');
  let at = copyKeptLines(fields, bytes, start, target, lineEnd);
  if (forwardedFor.count === 0 && !old && upgrade === undefined) {
    target.set(client.usual, at);
    at += client.usual.length;
  } else {
    at += target.write(forwardedName, at, 'latin1');
    // The whole way of the request in one field, the client that we see last.
    for (let index = 0; index < forwardedFor.count; index += 1) {
      at += bytes.copy(target, at, forwardedFor.start(index), forwardedFor.end(index));
      at += target.write(', ', at, 'latin1');
    }
    const switched = upgrade === undefined ? '' : upgradeLines([upgrade]);
    at += target.write(`${client.address}\r\n${client.others}${viaLine(old)}${switched}\r\n`, at, 'latin1');
  }
  held.setHead(at);
}
