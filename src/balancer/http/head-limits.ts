/** How large a head, or the trailer section behind a body, may be. */
export interface HeadLimits {
  /** Without the empty line at its end. */
  readonly headBytes: number;
  readonly headFields: number;
}

const emptyLineOctets = 2;

/** How many octets are looked at in search of an empty line. So what is answered does not depend on how many came at once. */
export function octetsToLookAt({ headBytes }: HeadLimits): number {
  return headBytes + emptyLineOctets;
}
