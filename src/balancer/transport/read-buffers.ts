/** Beyond this many, spare buffers go to the garbage collector. */
const spareLimit = 64;

const spares = new Map<number, Buffer[]>();

/** A read buffer of its own memory. Its pages count as used only once bytes were read into them. */
export function takeReadBuffer(bytes: number): Buffer {
  return spares.get(bytes)?.pop() ?? Buffer.allocUnsafeSlow(bytes);
}

/** Keeps a buffer for the next connection. Only for buffers that no queued write refers to. */
export function giveReadBuffer(buffer: Buffer): void {
  const list = spares.get(buffer.length);
  if (list === undefined) spares.set(buffer.length, [buffer]);
  else if (list.length < spareLimit) list.push(buffer);
}
