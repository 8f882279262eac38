import { FieldSection, hopByHopFields } from './field-section.ts';
import { type HeadLimits, octetsToLookAt } from './head-limits.ts';
import type { BodyLength } from './message-body-length.ts';
import { StatusLine } from './status-line.ts';
import { incomplete, malformed } from './verdicts.ts';

const dropped = new Set<string>(hopByHopFields);

/** A response head, checked by RFC 9112 as strictly as a request's; used again for each head. */
export class ResponseHead {
  readonly line = new StatusLine();
  readonly fields = new FieldSection();
  status = 0;
  /** HTTP/1.0. */
  old = false;
  body: BodyLength = 'None';
  /** The backend closes after this response, or cannot keep the connection. */
  close = false;

  /**
   * Reads a head; gives the index behind its empty line, `incomplete`, or `malformed` = not to be passed on.
   * @param toHead it answers a HEAD request
   */
  read(bytes: Buffer, start: number, end: number, limits: HeadLimits, toHead: boolean): number {
    const { line, fields } = this;
    const bound = start + octetsToLookAt(limits);
    const lookEnd = Math.min(end, bound);
    const fieldsStart = line.read(bytes, start, lookEnd);
    const next = fieldsStart < 0 ? fieldsStart : fields.read(bytes, fieldsStart, lookEnd, dropped, limits.headFields);
    if (next === incomplete && end < bound) return incomplete;
    if (next < 0) return malformed;

    this.status = line.status;
    this.old = line.version === 10;
    if (fields.ambiguous || fields.hidesFraming || this.framesNothing()) return malformed;
    if (this.isBodiless && fields.framings > 0) fields.cutContentLength();
    this.body = this.bodyLength(toHead);
    this.close = this.old || this.body === 'UntilClose' || fields.close;
    return next;
  }

  /**
   * It says how long a body is where there can be none, so that someone might wait for it or read it: chunks in HTTP/1.0, 1xx or 204
   * (RFC 9112 §6.1), or a length in the latter (RFC 9110 §8.6). Note: a length of 0 is common with 204, and true; it only goes no further.
   */
  private framesNothing(): boolean {
    const { fields } = this;
    if (fields.framings === 0) return false;
    return fields.chunked ? this.old || this.isBodiless : this.isBodiless && fields.contentLength > 0;
  }

  /** No field may even speak of a body. */
  private get isBodiless(): boolean {
    return this.status < 200 || this.status === 204;
  }

  /** RFC 9112 §6.3. */
  private bodyLength(toHead: boolean): BodyLength {
    const { status, fields } = this;
    if (toHead || status < 200 || status === 204 || status === 304) return 'None';
    if (fields.framings === 0) return 'UntilClose';
    return fields.chunked ? 'Chunked' : 'Length';
  }
}
