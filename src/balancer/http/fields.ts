/** One header field, as it came: the name's letters are kept, surrounding blanks of the value are cut. */
export interface Field {
  readonly name: string;
  readonly lowerName: string;
  readonly value: string;
}

/** More fields than this in one head are an attack: each costs work. */
const fieldLimit = 100;

/**
 * RFC 9112 §5: token, colon, value. Refuses what parsers read in different ways: a blank before the colon, a folded line (a leading
 * blank), control characters, a CR or LF on its own.
 */
const fieldLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)$/;

/** Parses header lines (without line ends). Undefined: at least one is not a field, or there are too many. */
export function parseFields(lines: readonly string[]): readonly Field[] | undefined {
  if (lines.length > fieldLimit) return undefined;
  const fields: Field[] = [];
  for (const line of lines) {
    const [, name, value] = fieldLine.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    fields.push({ name, lowerName: name.toLowerCase(), value: value.trimEnd() });
  }
  return fields;
}

/** All values of a field, in order. `lowerName` in lower case. */
export function valuesOf(fields: readonly Field[], lowerName: string): readonly string[] {
  return fields.filter((field) => field.lowerName === lowerName).map(({ value }) => value);
}

/** The members of a list field such as Connection, in lower case: RFC 9110 §5.6.1. */
export function listOf(fields: readonly Field[], lowerName: string): readonly string[] {
  return valuesOf(fields, lowerName)
    .flatMap((value) => value.toLowerCase().split(','))
    .map((member) => member.trim())
    .filter((member) => member !== '');
}

const framingFields = new Set(['content-length', 'host', 'transfer-encoding']);

/** Connection names a field that frames or routes the message, to make the next server lose it. */
export function connectionHidesFraming(fields: readonly Field[]): boolean {
  return listOf(fields, 'connection').some((member) => framingFields.has(member));
}
