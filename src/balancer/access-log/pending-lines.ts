import { atomicOctets, type TryWrite } from '../log/standard-output.ts';

/** What waits to be written, at most. Beyond it lines are dropped: who reads the log must not decide over our memory. */
export const mostPendingOctets = 262_144;

/** Lines that are written in batches, and never waited for. */
export interface PendingLines {
  /** Takes a line of ASCII, its end included. */
  add(line: string): void;
  /** Writes what can be written now. */
  flush(): void;
}

/** @param onDropped for each line for which there was no room */
export function createPendingLines(tryWrite: TryWrite, onDropped: () => void): PendingLines {
  /** Whole lines each, small enough to be written whole or not at all: another writer's line never stands in the middle of ours. */
  const batches: string[] = [];
  let batch = '';
  let pendingOctets = 0;
  let blocked = false;

  function writeBatches(): void {
    let written = 0;
    for (const text of batches) {
      const octets = tryWrite(text);
      pendingOctets -= octets;
      if (octets === text.length) {
        written += 1;
      } else {
        batches[written] = text.slice(octets);
        blocked = true;
        break;
      }
    }
    batches.splice(0, written);
  }

  return {
    add(line) {
      if (pendingOctets + line.length > mostPendingOctets) {
        onDropped();
        return;
      }
      if (batch.length + line.length > atomicOctets && batch !== '') {
        batches.push(batch);
        batch = '';
        if (!blocked) writeBatches();
      }
      batch += line;
      pendingOctets += line.length;
    },
    flush() {
      blocked = false;
      if (batch !== '') batches.push(batch);
      batch = '';
      writeBatches();
    },
  };
}
