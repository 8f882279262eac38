import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { soon } from '../kube/soon.ts';

export interface DeafServer {
  readonly port: number;
  close(): void;
}

const program = `
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  process.stdout.write(String(server.address().port) + '\\n', () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
});`;

/** A port of 127.0.0.1 on which a connect is neither accepted nor refused: its queue is full, and nobody takes from it. */
export async function deafServer(): Promise<DeafServer> {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const port = Number(String(line));
  const queue: Socket[] = [];
  const close = (): void => {
    child.kill('SIGKILL');
    for (const socket of queue) socket.destroy();
  };
  await soon('a full queue', () => {
    const stuck = queue.filter(({ connecting }) => connecting).length >= 2;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    queue.push(socket);
    return stuck;
  });
  return { port, close };
}
