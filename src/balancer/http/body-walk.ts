import { createChunkWalk } from './chunk-walk.ts';
import type { Framing } from './framing.ts';

/**
 * Follows a body without changing it. `advance` looks at the next bytes, from `from` on, and returns the index after the body's last
 * byte, `More` when the body goes on, or `Bad` when it breaks its framing.
 */
export interface BodyWalk {
  advance(bytes: Buffer, from: number): number | 'More' | 'Bad';
}

/** @param trailerBytes how long a chunked body's trailer section may be */
export function walkBody(framing: Framing, trailerBytes: number): BodyWalk {
  switch (framing.kind) {
    case 'None':
      return { advance: (_bytes, from) => from };
    case 'UntilClose':
      return { advance: () => 'More' };
    case 'Length':
      return walkLength(framing.bytes);
    case 'Chunked':
    default:
      return createChunkWalk(trailerBytes);
  }
}

function walkLength(bytes: number): BodyWalk {
  let rest = bytes;
  return {
    advance(data, from) {
      const taken = Math.min(rest, data.length - from);
      rest -= taken;
      return rest === 0 ? from + taken : 'More';
    },
  };
}
