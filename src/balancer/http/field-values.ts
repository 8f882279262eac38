import { carriageReturn, colon } from './octets.ts';

/**
 * Fields as text, from lines that were checked before. Makes strings, so it is only for what is rare: options of Connection that name other
 * fields, and the protocols of an upgrade.
 */
export interface FieldText {
  readonly lowerName: string;
  /** Without the blanks around it. */
  readonly value: string;
  /** Where its line begins, and where the next one does. */
  readonly start: number;
  readonly end: number;
}

/** The fields whose lines stand from `start` to `end`. */
export function* fieldTexts(bytes: Buffer, start: number, end: number): Generator<FieldText> {
  for (let at = start; at < end; ) {
    const nameEnd = bytes.indexOf(colon, at);
    const valueEnd = bytes.indexOf(carriageReturn, nameEnd);
    const lowerName = bytes.toString('latin1', at, nameEnd).toLowerCase();
    const value = bytes.toString('latin1', nameEnd + 1, valueEnd).replace(/^[ \t]+|[ \t]+$/g, '');
    yield { lowerName, value, start: at, end: valueEnd + 2 };
    at = valueEnd + 2;
  }
}

/** The members of a list such as Connection, in lower case: RFC 9110 §5.6.1. */
export function listMembers(value: string): readonly string[] {
  return value
    .toLowerCase()
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
}
