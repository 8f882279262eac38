/**
 * The header fields of one message: the head's text, and where the names and values stand in it. Nothing is copied out before someone
 * asks for it: heads are the most frequent thing that this program handles, and most of their fields are only passed on.
 */
export interface Fields {
  /** The whole head, latin1, without the empty line at its end. */
  readonly text: string;
  /** Four positions for each field: start and end of its name, start and end of its value. */
  readonly spans: readonly number[];
}

/** More fields than this in one head are an attack: each costs work. */
const fieldLimit = 100;

const spansPerField = 4;

/**
 * RFC 9112 §5: token, colon, value. Refuses what parsers read in different ways: a blank before the colon, a folded line (a leading
 * blank), control characters, a CR or LF on its own.
 */
const fieldLine = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*(?:\r\n|$)/y;

/** Parses the header lines of `text` from `start` on. Undefined: at least one is not a field, or there are too many. */
export function parseFields(text: string, start: number): Fields | undefined {
  const spans: number[] = [];
  for (let line = start; line < text.length; line = fieldLine.lastIndex) {
    fieldLine.lastIndex = line;
    if (!fieldLine.test(text) || spans.length >= fieldLimit * spansPerField) return undefined;
    const colon = text.indexOf(':', line);
    let valueStart = colon + 1;
    let valueEnd =
      text.charCodeAt(fieldLine.lastIndex - 1) === lineFeed ? fieldLine.lastIndex - 2 : fieldLine.lastIndex;
    while (valueStart < valueEnd && isBlank(text.charCodeAt(valueStart))) valueStart += 1;
    while (valueEnd > valueStart && isBlank(text.charCodeAt(valueEnd - 1))) valueEnd -= 1;
    spans.push(line, colon, valueStart, valueEnd);
  }
  return { text, spans };
}

/** All values of a field, in order. `lowerName` in lower case. */
export function valuesOf(fields: Fields, lowerName: string): readonly string[] {
  let values: string[] | undefined;
  for (let field = 0; field < fields.spans.length; field += spansPerField) {
    if (!isNamed(fields, field, lowerName)) continue;
    values ??= [];
    values.push(fields.text.slice(fields.spans[field + 2], fields.spans[field + 3]));
  }
  return values ?? none;
}

/** The members of a list field such as Connection, in lower case: RFC 9110 §5.6.1. */
export function listOf(fields: Fields, lowerName: string): readonly string[] {
  const values = valuesOf(fields, lowerName);
  const [only] = values;
  if (only === undefined) return none;
  if (values.length === 1 && !only.includes(',')) return only === '' ? none : [only.toLowerCase()];
  return values
    .flatMap((value) => value.toLowerCase().split(','))
    .map((member) => member.trim())
    .filter((member) => member !== '');
}

/** The lines of all fields whose name is not in `drops` (lower case), each with its line end, as they came. */
export function linesWithout(fields: Fields, drops: readonly string[]): string {
  const { text, spans } = fields;
  let lines = '';
  // Fields that stay and stand together are copied together.
  let keptFrom = spans[0] ?? text.length;
  for (let field = 0; field < spans.length; field += spansPerField) {
    if (!drops.some((name) => isNamed(fields, field, name))) continue;
    lines += text.slice(keptFrom, spans[field]);
    keptFrom = spans[field + spansPerField] ?? text.length;
  }
  if (keptFrom >= text.length) return lines;
  lines += text.slice(keptFrom);
  return `${lines}\r\n`;
}

const framingFields = ['content-length', 'host', 'transfer-encoding'];

/** Connection names a field that frames or routes the message, to make the next server lose it. */
export function connectionHidesFraming(connection: readonly string[]): boolean {
  return connection.some((member) => framingFields.includes(member));
}

const none: readonly string[] = [];
const lineFeed = 10;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Compares letter by letter: a lower-case copy of each name would be garbage. */
function isNamed({ text, spans }: Fields, field: number, lowerName: string): boolean {
  const start = spans[field] ?? 0;
  if ((spans[field + 1] ?? 0) - start !== lowerName.length) return false;
  for (let index = 0; index < lowerName.length; index += 1) {
    const code = text.charCodeAt(start + index);
    const lower = code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
    if (lower !== lowerName.charCodeAt(index)) return false;
  }
  return true;
}
