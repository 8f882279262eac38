/** Follows WebSocket frames without looking into them, so that one of ours can go between two of them. */
export interface FrameWalk {
  /** No frame is under way. A control frame may go in here, also between the fragments of a message (RFC 6455 §5.4). */
  readonly between: boolean;
  /** A Close frame went by: no other frame may follow it (RFC 6455 §5.5.1). */
  readonly closed: boolean;
  /** Walks from `start` to the end of the first frame that ends before `end`; gives the index behind it, or `end`. */
  advance(bytes: Buffer, start: number, end: number): number;
}

const closeOpcode = 8;
const maskBytes = 4;

/** RFC 6455 §5.2: opcode, mask bit and length, a longer length where 7 bits are too few, the mask, the payload. */
export function createFrameWalk(): FrameWalk {
  let headSeen = 0;
  let lengthBytes = 0;
  let headBytes = 2;
  let opcode = 0;
  let payloadLeft = 0;
  let closed = false;

  function readHead(byte: number): void {
    if (headSeen === 0) {
      opcode = byte & 0x0f;
    } else if (headSeen === 1) {
      const short = byte & 0x7f;
      lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
      payloadLeft = lengthBytes === 0 ? short : 0;
      headBytes = 2 + lengthBytes + (byte >= 0x80 ? maskBytes : 0);
    } else if (headSeen < 2 + lengthBytes) {
      payloadLeft = payloadLeft * 256 + byte;
    }
    headSeen += 1;
  }

  /** Whether the head is whole; from its second byte on it is known how long it is. */
  const headIsWhole = (): boolean => headSeen >= 2 && headSeen === headBytes;

  return {
    get between() {
      return headSeen === 0;
    },
    get closed() {
      return closed;
    },
    advance(bytes, start, end) {
      let position = start;
      while (position < end) {
        if (headIsWhole()) {
          const taken = Math.min(payloadLeft, end - position);
          payloadLeft -= taken;
          position += taken;
        } else {
          readHead(bytes[position] ?? 0);
          position += 1;
        }
        if (!headIsWhole() || payloadLeft > 0) continue;
        closed ||= opcode === closeOpcode;
        headSeen = 0;
        return position;
      }
      return position;
    },
  };
}
