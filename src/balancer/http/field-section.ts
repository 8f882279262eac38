import { type KnownField, knownField } from './field-names.ts';
import { fieldTexts, listMembers } from './field-values.ts';
import { lineEnd } from './line-end.ts';
import { wholeNumber } from './message-body-length.ts';
import { colon, isAtInAnyCase, octets, skipOctets, space, tab, tokenOctets, valueOctets } from './octets.ts';
import { isPlainNumber, writeAtEnd, writeNumber } from './rewrite-value.ts';
import { SpanList } from './span-list.ts';
import { incomplete, malformed, tooLarge } from './verdicts.ts';

const lengthName = 'content-length';
const lineEndOctets = 2;

const chunked = octets('chunked');
const closeOption = octets('close');
const keepAliveOption = octets('keep-alive');
const upgradeOption = octets('upgrade');

const framingFields = ['content-length', 'host', 'transfer-encoding'];

/** Fields for one hop only, whether or not Connection names them: RFC 9110 §7.6.1. */
export const hopByHopFields = ['connection', 'keep-alive', 'proxy-connection', 'te', 'upgrade'] as const;

/**
 * The field lines of one head (RFC 9112 §5), as far as they mean something to us: numbers and positions in the octets that were read. It
 * is used again for each head, and makes nothing for a field. Heads are the most frequent thing that this program handles.
 * Note: fields that frame the message are written anew in place where someone else could read them in another way.
 */
export class FieldSection {
  /** Where the first field line begins, and where the empty line behind the last one does. */
  start = 0;
  end = 0;
  /** How many say how long the body is: Content-Length and Transfer-Encoding. */
  framings = 0;
  chunked = false;
  contentLength = 0;
  /** Where the value of Content-Length begins, behind the colon, and where its line ends. */
  private lengthStart = 0;
  private lengthEnd = 0;
  /**
   * The end of the body can be read in two ways, which is what request smuggling lives on: both Content-Length and Transfer-Encoding,
   * several of one kind, a coding other than exactly `chunked`, a length that is not a number.
   */
  ambiguous = false;
  hosts = 0;
  hostStart = 0;
  hostEnd = 0;
  idempotencyKey = false;
  /** How often Max-Forwards is there; and where its value stands. */
  maxForwards = 0;
  maxForwardsStart = 0;
  maxForwardsEnd = 0;
  /** There is a Via field. */
  via = false;
  /** Options of Connection. */
  close = false;
  upgradeOption = false;
  /** Connection names a field that frames or routes the message, to make the next server lose it. */
  hidesFraming = false;
  /** There is an Upgrade field. */
  upgrade = false;
  /** The lines that go no further. */
  readonly cuts = new SpanList();
  /** The values of X-Forwarded-For. */
  readonly forwardedFor = new SpanList();
  /** Connection holds more than one of the usual options: other names perhaps. */
  private otherOptions = false;

  /**
   * Reads from the first field line on; gives the index behind the empty line, `incomplete`, `malformed` when a line is not a field, or
   * `tooLarge` when there are too many: each costs work (RFC 6585 §5). Note: a blank before the colon, a folded line and a CR or LF on its
   * own are refused, because parsers read them in different ways.
   * @param dropped fields that go no further
   * @param limit how many fields there may be
   */
  read(bytes: Buffer, start: number, end: number, dropped: ReadonlySet<string>, limit: number): number {
    this.clear(start);
    let lines = 0;
    let at = start;
    while (true) {
      const line = at;
      const nameEnd = skipOctets(tokenOctets, bytes, line, end);
      if (nameEnd >= end) return incomplete;
      if (nameEnd === line) break;
      lines += 1;
      if (bytes[nameEnd] !== colon) return malformed;
      if (lines > limit) return tooLarge;
      at = lineEnd(bytes, skipOctets(valueOctets, bytes, nameEnd + 1, end), end);
      if (at < 0) return at;
      const name = knownField(bytes, line, nameEnd);
      if (name === undefined) continue;
      // The two that nearly every head has always go on; asking the set takes longer than all else that is done with a field.
      if (name !== 'host' && name !== 'content-length' && dropped.has(name)) this.cuts.add(line, at);
      this.note(name, bytes, nameEnd + 1, at - 2);
    }
    const next = lineEnd(bytes, at, end);
    if (next < 0) return next;
    this.end = at;
    if (this.otherOptions) this.readOtherOptions(bytes, dropped);
    this.ambiguous ||= this.framings > 1;
    return next;
  }

  /** The values of Upgrade. */
  upgradeValues(bytes: Buffer): readonly string[] {
    const fields = [...fieldTexts(bytes, this.start, this.end)];
    return fields.filter(({ lowerName }) => lowerName === 'upgrade').map(({ value }) => value);
  }

  /** Content-Length goes no further. */
  cutContentLength(): void {
    this.cuts.insert(this.lengthStart - lengthName.length - 1, this.lengthEnd + lineEndOctets);
  }

  private clear(start: number): void {
    this.start = start;
    this.end = start;
    this.framings = 0;
    this.chunked = false;
    this.contentLength = 0;
    this.hosts = 0;
    this.idempotencyKey = false;
    this.maxForwards = 0;
    this.via = false;
    this.close = false;
    this.upgradeOption = false;
    this.upgrade = false;
    this.cuts.clear();
    this.forwardedFor.clear();
    this.otherOptions = false;
    this.ambiguous = false;
    this.hidesFraming = false;
  }

  private note(name: KnownField, bytes: Buffer, from: number, to: number): void {
    let start = from;
    let end = to;
    while (start < end && isBlank(bytes[start])) start += 1;
    while (end > start && isBlank(bytes[end - 1])) end -= 1;
    switch (name) {
      case 'host':
        this.hosts += 1;
        this.hostStart = start;
        this.hostEnd = end;
        return;
      case 'content-length':
        this.framings += 1;
        this.lengthStart = from;
        this.lengthEnd = to;
        this.contentLength = wholeNumber(bytes, start, end);
        if (this.contentLength === malformed) this.ambiguous = true;
        else if (!isPlainNumber(bytes, from, start, end, to)) writeNumber(bytes, from, to, this.contentLength);
        return;
      case 'transfer-encoding':
        this.framings += 1;
        this.chunked = isWord(chunked, bytes, start, end);
        if (this.chunked) writeAtEnd(bytes, from, to, chunked);
        else this.ambiguous = true;
        return;
      case 'connection':
        this.noteOption(bytes, start, end);
        return;
      case 'x-forwarded-for':
        this.forwardedFor.add(start, end);
        return;
      case 'max-forwards':
        this.maxForwards += 1;
        this.maxForwardsStart = start;
        this.maxForwardsEnd = end;
        return;
      case 'upgrade':
        this.upgrade = true;
        return;
      case 'idempotency-key':
        this.idempotencyKey = true;
        return;
      case 'via':
        this.via = true;
        return;
      case 'expect':
      case 'keep-alive':
      case 'proxy-connection':
      case 'te':
      case 'x-forwarded-proto':
      default:
    }
  }

  /** RFC 9110 §7.6.1. Nearly always it is one option, and one of these. */
  private noteOption(bytes: Buffer, start: number, end: number): void {
    if (isWord(keepAliveOption, bytes, start, end)) return;
    if (isWord(closeOption, bytes, start, end)) this.close = true;
    else if (isWord(upgradeOption, bytes, start, end)) this.upgradeOption = true;
    else this.otherOptions = true;
  }

  /** Connection is a list, and all the fields that it names go no further either. */
  private readOtherOptions(bytes: Buffer, dropped: ReadonlySet<string>): void {
    const fields = [...fieldTexts(bytes, this.start, this.end)];
    const connection = fields.filter(({ lowerName }) => lowerName === 'connection');
    const options = new Set(connection.flatMap(({ value }) => listMembers(value)));
    this.hidesFraming = framingFields.some((name) => options.has(name));
    this.close = options.has('close');
    this.upgradeOption = options.has('upgrade');
    this.cuts.clear();
    for (const { lowerName, start, end } of fields) {
      if (dropped.has(lowerName) || options.has(lowerName)) this.cuts.add(start, end);
    }
  }
}

function isBlank(octet: number | undefined): boolean {
  return octet === space || octet === tab;
}

function isWord(lowerWord: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === lowerWord.length && isAtInAnyCase(lowerWord, bytes, start);
}
