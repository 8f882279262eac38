import { FieldSection, hopByHopFields } from './field-section.ts';
import type { BodyLength } from './message-body-length.ts';
import { StatusLine } from './status-line.ts';
import { malformed } from './verdicts.ts';

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
   * @param limit how many octets it may have, without its empty line
   * @param toHead it answers a HEAD request
   */
  read(bytes: Buffer, start: number, end: number, limit: number, toHead: boolean): number {
    const { line, fields } = this;
    const fieldsStart = line.read(bytes, start, end);
    const next = fieldsStart < 0 ? fieldsStart : fields.read(bytes, fieldsStart, end, dropped);
    const octets = next < 0 ? end - start : fields.end - start;
    if (next === malformed || octets > limit) return malformed;
    if (next < 0) return next;

    this.status = line.status;
    this.old = line.version === 10;
    if (fields.ambiguous || fields.hidesFraming || (this.old && fields.chunked)) return malformed;
    this.body = this.bodyLength(toHead);
    this.close = this.old || this.body === 'UntilClose' || fields.close;
    return next;
  }

  /** RFC 9112 §6.3. */
  private bodyLength(toHead: boolean): BodyLength {
    const { status, fields } = this;
    if (toHead || status < 200 || status === 204 || status === 304) return 'None';
    if (fields.framings === 0) return 'UntilClose';
    return fields.chunked ? 'Chunked' : 'Length';
  }
}
