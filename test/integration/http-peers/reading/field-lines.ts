export interface Field {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/** Says why bytes are refused, with the section that lets or makes a recipient do so. */
export interface Fault {
  readonly fault: string;
}

/** RFC 9110 §5.6.2. */
export const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** RFC 9110 §5.5: visible characters, blanks between them, and bytes beyond ASCII. */
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What the balancer takes; a backend behind it must take what is added on the way, too. */
export interface ReadingLimits {
  readonly fields: number;
  readonly headBytes: number;
  /** Max-Forwards below this is not for this recipient to take: who passes messages on needs one hop more. */
  readonly leastHops: 0 | 1;
}

/** Reads the lines of a head or of a trailer section, which were cut at CR LF. */
export function readFields(lines: readonly string[], { fields: limit }: ReadingLimits): readonly Field[] | Fault {
  if (lines.length > limit) return { fault: 'RFC 6585 §5: too many fields' };
  const fields: Field[] = [];
  for (const line of lines) {
    if (/^[\t ]/.test(line)) return { fault: 'RFC 9112 §5.2: a folded line' };
    const colon = line.indexOf(':');
    if (colon === -1) return { fault: 'RFC 9112 §5: a line without a colon' };
    const name = line.slice(0, colon);
    if (/[\t ]$/.test(name)) return { fault: 'RFC 9112 §5.1: a blank before the colon' };
    if (!token.test(name)) return { fault: 'RFC 9110 §5.1: a name that is no token' };
    const value = line.slice(colon + 1);
    if (!fieldValue.test(value)) return { fault: 'RFC 9110 §5.5: a control character in a value' };
    fields.push({ name: name.toLowerCase(), value: value.replace(/^[\t ]+|[\t ]+$/g, '') });
  }
  return fields;
}

export function valuesOf(fields: readonly Field[], name: string): string[] {
  return fields.filter((field) => field.name === name).map(({ value }) => value);
}

/** RFC 9110 §5.6.1, in lower case. */
export function membersOf(fields: readonly Field[], name: string): string[] {
  const members = valuesOf(fields, name).flatMap((value) => value.toLowerCase().split(','));
  return members.map((member) => member.replace(/^[\t ]+|[\t ]+$/g, '')).filter((member) => member !== '');
}
