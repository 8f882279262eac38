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
  const { address, port, path, deadlineMilliseconds, maxBytes } = options;
  const deadline = AbortSignal.timeout(deadlineMilliseconds);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(deadline.aborted ? new Error(`no whole answer within ${deadlineMilliseconds / 1000} s`) : error);
    };
    const request = get({ host: address, port, path, agent, signal }, (response) => {
      if (response.statusCode !== 200) {
        response.destroy();
        fail(new Error(`the answer has status ${response.statusCode}`));
        return;
      }
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > maxBytes) response.destroy(new Error(`the answer is longer than ${maxBytes} bytes`));
      });
      response.on('end', () => resolve(text));
      response.on('error', fail);
    });
    request.on('error', fail);
  });
}
