/** Beyond this many, spare buffers go to the garbage collector. */
const spareLimit = 64;

/**
 * Each read leaves so many octets free in front of what it read: a message head that we add lines to grows towards the front, and the body
 * behind it stays where it is.
 */
export const frontRoom = 256;

const spares = new Map<number, Buffer[]>();

/** A buffer of its own memory. Its pages count as used only once bytes were read into them. */
export function takeBuffer(bytes: number): Buffer {
  return spares.get(bytes)?.pop() ?? Buffer.allocUnsafeSlow(bytes);
}

/** Keeps a buffer for the next who needs one. Only for buffers that no queued write refers to. */
export function giveBuffer(buffer: Buffer): void {
  const list = spares.get(buffer.length);
  if (list === undefined) spares.set(buffer.length, [buffer]);
  else if (list.length < spareLimit) list.push(buffer);
}
