/** Castagnoli's polynomial, lowest bit first: RFC 9260 appendix A. */
const polynomial = 0x82f6_3b78;

/** The checksum of a PROXY header (RFC 9260 appendix A). Bit by bit: it is rare, and a header is short. */
export function crc32c(bytes: Uint8Array): number {
  let sum = 0xffff_ffff;
  for (const octet of bytes) {
    sum ^= octet;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ polynomial : sum >>> 1;
  }
  return (sum ^ 0xffff_ffff) >>> 0;
}
