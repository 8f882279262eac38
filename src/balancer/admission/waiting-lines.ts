import { type LineKeeper, WaitingLine } from './waiting-line.ts';

/**
 * The waiting lines of all listeners. A backend is full by all that this balancer sends it, so a place that gets free there may be taken
 * by the work of any listener: the lines are served in turn.
 */
export class WaitingLines implements LineKeeper {
  /** Work that waits, in all lines. A plain value, as the end of each session looks at it. */
  length = 0;
  /** Lines in which somebody waits; the one that is served next is first. */
  private readonly active = new Set<WaitingLine>();
  private serving = false;
  private readonly onLength: (length: number) => void;

  /** @param onLength takes `length` at each change */
  constructor(onLength: (length: number) => void = () => {}) {
    this.onLength = onLength;
  }

  open(): WaitingLine {
    return new WaitingLine(this);
  }

  joined(line: WaitingLine): void {
    this.length += 1;
    this.onLength(this.length);
    this.active.add(line);
    // Those in front may wait for something else than this one.
    if (line.length > 1) this.placeFreed();
  }

  left(line: WaitingLine): void {
    this.length -= 1;
    this.onLength(this.length);
    if (line.length === 0) this.active.delete(line);
  }

  /** Somewhere there may be room now. Note: not at once, as the caller is in the middle of ending what was there. */
  placeFreed(): void {
    if (this.serving || this.length === 0) return;
    this.serving = true;
    queueMicrotask(() => {
      this.serving = false;
      this.serve();
    });
  }

  private serve(): void {
    let served = true;
    while (served) {
      served = false;
      // Note: a copy, as lines that were served come again at its end.
      const inTurn = [...this.active];
      for (const line of inTurn) {
        if (!line.serveOne()) continue;
        served = true;
        // To the end: the next place is for another listener, if one waits.
        if (this.active.delete(line) && line.length > 0) this.active.add(line);
      }
    }
  }
}
