import { httpVersion, versionLength } from './http-version.ts';
import { lineEnd } from './line-end.ts';
import { isAt, octets, skipOctets, space, targetOctets, tokenOctets } from './octets.ts';
import { incomplete, malformed } from './verdicts.ts';

/** Methods that may be carried out twice without harm: RFC 9110 §9.2.2. */
const idempotentMethods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'].map((method) => octets(method));
const head = octets('HEAD');
const connect = octets('CONNECT');
const options = octets('OPTIONS');
const trace = octets('TRACE');

/** The first line of a request (RFC 9112 §3), used again for each: positions in the octets that were read. */
export class RequestLine {
  start = 0;
  methodEnd = 0;
  targetStart = 0;
  targetEnd = 0;
  /** 11 for HTTP/1.1. */
  version = 0;

  /** Gives the index behind the line, `incomplete`, or `malformed`. */
  read(bytes: Uint8Array, start: number, end: number): number {
    let at = skipOctets(tokenOctets, bytes, start, end);
    if (at >= end) return incomplete;
    if (bytes[at] !== space || at === start) return malformed;
    this.start = start;
    this.methodEnd = at;
    at += 1;
    this.targetStart = at;
    at = skipOctets(targetOctets, bytes, at, end);
    if (at >= end) return incomplete;
    if (bytes[at] !== space || at === this.targetStart) return malformed;
    this.targetEnd = at;
    this.version = httpVersion(bytes, at + 1, end);
    if (this.version < 0) return this.version;
    return lineEnd(bytes, at + 1 + versionLength, end);
  }

  isHead(bytes: Uint8Array): boolean {
    return this.isMethod(head, bytes);
  }

  isConnect(bytes: Uint8Array): boolean {
    return this.isMethod(connect, bytes);
  }

  isOptions(bytes: Uint8Array): boolean {
    return this.isMethod(options, bytes);
  }

  isTrace(bytes: Uint8Array): boolean {
    return this.isMethod(trace, bytes);
  }

  isIdempotent(bytes: Uint8Array): boolean {
    return idempotentMethods.some((method) => this.isMethod(method, bytes));
  }

  private isMethod(method: Uint8Array, bytes: Uint8Array): boolean {
    return this.methodEnd - this.start === method.length && isAt(method, bytes, this.start);
  }
}
