import { FieldSection, hopByHopFields } from './field-section.ts';
import { listMembers } from './field-values.ts';
import { type HeadLimits, octetsToLookAt } from './head-limits.ts';
import { isHost } from './host.ts';
import { type BodyLength, wholeNumber } from './message-body-length.ts';
import { RequestLine } from './request-line.ts';
import { writeNumber } from './rewrite-value.ts';
import { incomplete, malformed, tooLarge } from './verdicts.ts';

/** What a request may be. */
export interface RequestRules extends HeadLimits {
  /** CONNECT is passed on. */
  readonly allowConnect?: boolean;
}

/** Why a head is not passed on: the status to answer, and a sentence for the client. */
export interface Refusal {
  readonly status: 200 | 400 | 405 | 431 | 505;
  readonly reason: string;
}

/** We write our own X-Forwarded-For, with what it held before. */
const dropped = new Set<string>([...hopByHopFields, 'x-forwarded-for']);

/** Where the client speaks TLS with us, we know it, and need not believe what it says of that. */
const droppedOfSecure = new Set<string>([...dropped, 'x-forwarded-proto']);

/** An HTTP/1.0 client is not sent 100 Continue, so its Expect must not reach the backend (RFC 9110 §10.1.1). */
const droppedOfOld = new Set<string>([...dropped, 'expect']);
const droppedOfOldSecure = new Set<string>([...droppedOfSecure, 'expect']);

const slash = 0x2f;
const asterisk = 0x2a;

const malformedLine: Refusal = { status: 400, reason: 'the request line is not well-formed' };
const noTunnel: Refusal = { status: 405, reason: 'this is not a tunnel: CONNECT is not allowed' };
const otherVersion: Refusal = { status: 505, reason: 'only HTTP/1.0 and HTTP/1.1' };
const lastOptions: Refusal = { status: 200, reason: 'this is the balancer, and Max-Forwards is 0' };
const lastTrace: Refusal = { status: 405, reason: 'Max-Forwards is 0, and the balancer answers no TRACE' };
const largeHead: Refusal = { status: 431, reason: 'the request head is too large' };
const manyFields: Refusal = { status: 431, reason: 'the request head has too many fields' };

/**
 * A request head that is safe to pass on: exactly one reading of it is possible. Checked strictly by RFC 9112, as positions and numbers;
 * used again for each head.
 */
export class RequestHead {
  readonly line = new RequestLine();
  readonly fields = new FieldSection();
  /** Why `read` said `malformed`. */
  refusal: Refusal = malformedLine;
  /** The target to send when it is not the one that came: the path of an absolute form. */
  path: string | undefined;
  /** HTTP/1.0. */
  old = false;
  body: BodyLength = 'None';
  /** The response has no body, whatever its fields say. */
  isHead = false;
  /**
   * May be sent a second time although a backend may have worked on it: RFC 9110 §9.2.2 forbids that to a proxy for other methods,
   * unless it knows better: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
   */
  repeatable = false;
  /** What the client asks to switch to by Connection and Upgrade: RFC 9110 §7.8. */
  upgrade: string | undefined;
  /** It asks for a tunnel: RFC 9110 §9.3.6. */
  connect = false;
  /** The client wants this connection to end after the response, or cannot keep it. */
  close = false;

  /**
   * Reads a head; gives the index behind its empty line, `incomplete` when it may still become a good one, or `malformed`: then `refusal`
   * says why. Note: that depends on the octets alone, not on how many of them came at once.
   * @param secure it came by TLS
   */
  read(bytes: Buffer, start: number, end: number, rules: RequestRules, secure = false): number {
    const bound = start + octetsToLookAt(rules);
    const next = this.readLines(bytes, start, Math.min(end, bound), rules, secure);
    if (next === incomplete && end >= bound) return this.refuse(largeHead);
    return next < 0 ? next : this.judge(bytes, next);
  }

  /** The method as text. */
  method(bytes: Buffer): string {
    return bytes.toString('latin1', this.line.start, this.line.methodEnd);
  }

  /** The target as text: in origin form (`/path?query`), or `*` for OPTIONS. */
  target(bytes: Buffer): string {
    return this.path ?? bytes.toString('latin1', this.line.targetStart, this.line.targetEnd);
  }

  private readLines(bytes: Buffer, start: number, end: number, rules: RequestRules, secure: boolean): number {
    const fieldsStart = this.line.read(bytes, start, end);
    if (fieldsStart < 0) return fieldsStart === incomplete ? incomplete : this.refuse(malformedLine);
    this.connect = this.line.isConnect(bytes);
    if (this.connect && rules.allowConnect !== true) return this.refuse(noTunnel);
    const { version } = this.line;
    if (version !== 11 && version !== 10) return this.refuse(otherVersion);

    this.old = version === 10;
    const cut = secure ? (this.old ? droppedOfOldSecure : droppedOfSecure) : this.old ? droppedOfOld : dropped;
    const next = this.fields.read(bytes, fieldsStart, end, cut, rules.headFields);
    if (next === tooLarge) return this.refuse(manyFields);
    return next === malformed ? this.refuse400('a header line is not well-formed') : next;
  }

  private judge(bytes: Buffer, next: number): number {
    const { line, fields } = this;
    if (fields.hosts > 1) return this.refuse400('more than one Host');
    if (fields.hosts === 0 ? !this.old : !isHost(bytes, fields.hostStart, fields.hostEnd))
      return this.refuse400('Host is missing or not well-formed');
    this.path = undefined;
    if (this.connect && this.old) return this.refuse400('HTTP/1.0 with CONNECT');
    if ((this.connect || bytes[line.targetStart] !== slash) && !this.readOtherTarget(bytes))
      return this.refuse400('the request target is not well-formed, or contradicts Host');
    if (fields.ambiguous) return this.refuse400('the length of the body is ambiguous');
    if (fields.hidesFraming) return this.refuse400('Connection names a field that must be passed on');
    if (this.old && fields.chunked) return this.refuse400('HTTP/1.0 with chunks');

    this.body = fields.framings === 0 ? 'None' : fields.chunked ? 'Chunked' : 'Length';
    if (this.connect && fields.framings > 0) return this.refuse400('CONNECT with a body');
    this.upgrade = this.asksToSwitch ? this.upgradeProtocol(bytes) : undefined;
    if (this.upgrade !== undefined && this.body !== 'None') return this.refuse400('an upgrade request with a body');
    if (fields.maxForwards > 0 && (line.isOptions(bytes) || line.isTrace(bytes)) && !this.countHop(bytes))
      return malformed;
    this.close = this.old || fields.close;
    this.isHead = line.isHead(bytes);
    this.repeatable =
      this.upgrade === undefined && !this.connect && (line.isIdempotent(bytes) || fields.idempotencyKey);
    return next;
  }

  /** RFC 9110 §7.6.2: one hop less is left; where none was left, we are who answers. False: it is not passed on. */
  private countHop(bytes: Buffer): boolean {
    const { maxForwards, maxForwardsStart, maxForwardsEnd } = this.fields;
    const left = maxForwards > 1 ? malformed : wholeNumber(bytes, maxForwardsStart, maxForwardsEnd);
    if (left > 0) writeNumber(bytes, maxForwardsStart, maxForwardsEnd, left - 1);
    else if (left === malformed) this.refuse400('Max-Forwards is not one number');
    else this.refuse(this.line.isOptions(bytes) ? lastOptions : lastTrace);
    return left > 0;
  }

  /** A server must accept the absolute form too (RFC 9112 §3.2.2); here only where it agrees with Host. */
  private readOtherTarget(bytes: Buffer): boolean {
    const { line, fields } = this;
    if (bytes[line.targetStart] === asterisk && line.targetEnd - line.targetStart === 1) return line.isOptions(bytes);
    const target = bytes.toString('latin1', line.targetStart, line.targetEnd);
    const host = fields.hosts === 0 ? undefined : bytes.toString('latin1', fields.hostStart, fields.hostEnd);
    if (this.connect) return isHost(bytes, line.targetStart, line.targetEnd) && isAuthority(target, host);
    const [, authority, path] = /^https?:\/\/([^/?]+)(.*)$/i.exec(target) ?? [];
    if (authority === undefined || path === undefined || authority.toLowerCase() !== host?.toLowerCase()) return false;
    // RFC 9112 §3.2.4: the whole server is meant, which only the absolute form can say in this way.
    if (path === '' && line.isOptions(bytes)) this.path = '*';
    else this.path = path.startsWith('/') ? path : `/${path}`;
    return true;
  }

  private get asksToSwitch(): boolean {
    return this.fields.upgrade && this.fields.upgradeOption && !this.old && !this.connect;
  }

  /** Not h2c: prior knowledge of it would carry requests past every check here. */
  private upgradeProtocol(bytes: Buffer): string | undefined {
    const protocols = this.fields.upgradeValues(bytes).flatMap((value) => listMembers(value));
    return protocols.length === 0 || protocols.includes('h2c') ? undefined : protocols.join(', ');
  }

  private refuse(refusal: Refusal): number {
    this.refusal = refusal;
    return malformed;
  }

  private refuse400(reason: string): number {
    return this.refuse({ status: 400, reason });
  }
}

/** The authority form: RFC 9112 §3.2.3, with a port always, and as Host says. Note: HTTP/1.0 has no CONNECT, so Host is never missing. */
function isAuthority(target: string, host: string | undefined): boolean {
  return (
    /:0*[1-9]\d*$/.test(target) &&
    Number(target.slice(target.lastIndexOf(':') + 1)) <= 65_535 &&
    target.toLowerCase() === host?.toLowerCase()
  );
}
