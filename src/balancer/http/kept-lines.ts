import type { FieldSection } from './field-section.ts';

/** Copies a head from `start` to its empty line, without the lines that go no further; gives the index behind the copy. */
export function copyKeptLines(
  fields: FieldSection,
  bytes: Buffer,
  start: number,
  target: Buffer,
  targetStart: number,
): number {
  const { cuts } = fields;
  let at = targetStart;
  let from = start;
  // What stays and stands together is copied together: usually the whole head.
  for (let cut = 0; cut < cuts.count; cut += 1) {
    at += bytes.copy(target, at, from, cuts.start(cut));
    from = cuts.end(cut);
  }
  return at + bytes.copy(target, at, from, fields.end);
}

/**
 * Takes the lines that go no further out of a head where it stands: what is in front of them moves up, so that the head ends where it
 * ended. Gives where it begins then.
 */
export function cutLines(fields: FieldSection, bytes: Buffer, start: number): number {
  const { cuts } = fields;
  let begin = start;
  // From the last one on: each moves what is in front of it, the cuts there included.
  for (let cut = cuts.count - 1; cut >= 0; cut -= 1) {
    const length = cuts.end(cut) - cuts.start(cut);
    bytes.copyWithin(begin + length, begin, cuts.start(cut) + begin - start);
    begin += length;
  }
  return begin;
}
