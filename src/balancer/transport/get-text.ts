import { Agent, get } from 'node:http';

/** A connection per question. */
const agent = new Agent({ keepAlive: false });

export interface GetTextOptions {
  readonly address: string;
  readonly port: number;
  /** With its query. */
  readonly path: string;
  /** For all of it, from the connect to the last byte. */
  readonly deadlineMilliseconds: number;
  /** A longer answer is none. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks with GET and gives the body of an answer with status 200.
 * @throws Error that says what went wrong; with the system's `code` when the connection failed
 */
export function getText(options: GetTextOptions): Promise<string> {
  const { address, port, path, deadlineMilliseconds, maxBytes, signal } = options;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const request = get(
      { host: address, port, path, agent, ...(signal === undefined ? {} : { signal }) },
      (response) => {
        response.on('error', reject);
        if (response.statusCode !== 200) {
          response.destroy(new Error(`the answer has status ${response.statusCode}`));
          return;
        }
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > maxBytes) response.destroy(new Error(`the answer is longer than ${maxBytes} bytes`));
        });
        response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      },
    );
    const timer = setTimeout(() => {
      reject(new Error(`no whole answer within ${deadlineMilliseconds / 1000} s`));
      request.destroy();
    }, deadlineMilliseconds);
    request.on('error', reject);
    request.on('close', () => clearTimeout(timer));
  });
}
