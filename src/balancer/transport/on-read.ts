/** How a socket reads into memory of ours: `buffer` says where to (undefined = where it read to last), `callback` how much came. */
export interface OnRead {
  buffer: () => Buffer | undefined;
  callback: (count: number) => boolean;
}
