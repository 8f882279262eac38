import { KubeError } from '../errors.ts';

const newline = 10;

/** An object in etcd is at most about 3 MB; nothing real comes near this. */
const maxLineBytes = 32 * 1024 * 1024;

/** Cuts a stream of bytes into lines. Works on bytes, so that a character cut by a chunk's end stays whole. */
export class LineSplitter {
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** True when the stream stopped in the middle of a line. */
  get hasRest(): boolean {
    return this.#bytes > 0;
  }

  /**
   * The lines that this chunk completes.
   *
   * @throws KubeError `BadResponse` when a line has no end.
   */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      lines.push(this.#complete(chunk.subarray(start, end)));
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  #complete(last: Buffer): string {
    if (this.#bytes === 0) return last.toString('utf8');

    const line = Buffer.concat([...this.#pieces, last]).toString('utf8');
    this.#pieces = [];
    this.#bytes = 0;
    return line;
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) return;
    this.#bytes += rest.length;
    if (this.#bytes > maxLineBytes) {
      throw new KubeError(`A watch sent more than ${maxLineBytes} bytes without a line end`, { code: 'BadResponse' });
    }
    this.#pieces.push(rest);
  }
}
