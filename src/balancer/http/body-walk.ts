import { createChunkWalk } from './chunk-walk.ts';
import type { Framing } from './framing.ts';

/**
 * Follows a body without changing it. `advance` looks at the next bytes, from `from` on, and returns the index after the body's last
 * byte, `More` when the body goes on, or `Bad` when it breaks its framing.
 */
export interface BodyWalk {
  advance(bytes: Buffer, from: number): number | 'More' | 'Bad';
}

const noBody: BodyWalk = { advance: (_bytes, from) => from };
const endless: BodyWalk = { advance: () => 'More' };

/** @param trailerBytes how long a chunked body's trailer section may be */
export function walkBody(framing: Framing, trailerBytes: number): BodyWalk {
  switch (framing.kind) {
    case 'None':
      return noBody;
    case 'UntilClose':
      return endless;
    case 'Length':
      return new LengthWalk(framing.bytes);
    case 'Chunked':
    default:
      return createChunkWalk(trailerBytes);
  }
}

class LengthWalk implements BodyWalk {
  #rest: number;

  constructor(bytes: number) {
    this.#rest = bytes;
  }

  advance(bytes: Buffer, from: number): number | 'More' {
    const taken = Math.min(this.#rest, bytes.length - from);
    this.#rest -= taken;
    return this.#rest === 0 ? from + taken : 'More';
  }
}
