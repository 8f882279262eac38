/** Debian puts servers into directories that are not on everybody's PATH. */
export const systemPath = { PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` };
