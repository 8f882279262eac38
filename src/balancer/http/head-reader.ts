/** The head is whole: its text without the empty line, and what came after it (valid as long as the bytes that were pushed). */
export interface WholeHead {
  readonly text: string;
  readonly rest: Buffer;
}

/** Collects the bytes of a message head until its empty line. */
export interface HeadReader {
  push(bytes: Buffer): WholeHead | 'More' | 'TooLarge';
  /** What was collected of an unfinished head, latin1; empty when nothing came yet. */
  partial(): string;
}

const emptyLine = Buffer.from('\r\n\r\n');
const none = Buffer.alloc(0);

export function createHeadReader(limitBytes: number): HeadReader {
  let collected: Buffer = none;

  return {
    push(bytes) {
      const all = collected.length === 0 ? bytes : Buffer.concat([collected, bytes]);
      // The empty line may straddle two reads.
      const end = all.indexOf(emptyLine, Math.max(0, collected.length - emptyLine.length + 1));
      if (end > limitBytes || (end === -1 && all.length > limitBytes)) return 'TooLarge';
      if (end === -1) {
        collected = collected.length === 0 ? Buffer.from(bytes) : all;
        return 'More';
      }
      collected = none;
      return { text: all.toString('latin1', 0, end), rest: all.subarray(end + emptyLine.length) };
    },
    partial: () => collected.toString('latin1'),
  };
}
