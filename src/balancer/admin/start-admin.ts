import { createHeadReader } from '../http/head-reader.ts';
import { parseRequestHead } from '../http/request-head.ts';
import { listen } from '../transport/listen.ts';
import { Wire, type WireHandler } from '../transport/wire.ts';
import type { AdminOptions, AdminServer } from './admin.ts';
import { answerAdmin, refuseAdmin } from './answers.ts';

/** Scrapers and kubelets are few and quick. */
const connectionMilliseconds = 10_000;
const connectionLimit = 64;
const headBytes = 8192;

/**
 * Answers GET (and HEAD) of /started, /ready, /live, /sessions and /metrics, one request per connection. Read-only: nothing can be
 * commanded here. Note: it speaks HTTP by the balancer's own means; Node's server would be the only use of its HTTP in static mode, and
 * cost 2 MB.
 * @throws the system's error when the address cannot be listened on
 */
export async function startAdmin(options: AdminOptions): Promise<AdminServer> {
  const wires = new Set<Wire>();
  const listening = await listen(options.address, options.port, (socket) => {
    if (wires.size >= connectionLimit) {
      socket.resetAndDestroy();
      return;
    }
    const wire: Wire = Wire.accept(
      socket,
      headBytes,
      adminHandler(
        options,
        () => wire,
        () => wires.delete(wire),
      ),
    );
    wires.add(wire);
    wire.resume();
  });
  return {
    port: listening.port,
    close: () => {
      listening.close();
      for (const wire of wires) wire.destroy();
      return Promise.resolve();
    },
  };
}

function adminHandler(options: AdminOptions, wire: () => Wire, onClosed: () => void): WireHandler {
  const reader = createHeadReader(headBytes);
  const timer = setTimeout(() => wire().destroy(), connectionMilliseconds);
  let answered = false;

  function finish(answer: Buffer): void {
    answered = true;
    wire().write(answer);
    wire().end();
  }

  return {
    onBytes(bytes) {
      // What comes behind the request is read and dropped: a reset could overtake the answer.
      if (answered) return;
      const whole = reader.push(bytes);
      if (whole === 'More') return;
      const head = whole === 'TooLarge' ? undefined : parseRequestHead(whole.text);
      if (head === undefined) finish(refuseAdmin(431, 'The request head is too large.'));
      else if ('status' in head) finish(refuseAdmin(head.status, `Bad request: ${head.reason}.`));
      else finish(answerAdmin(options, head.method, head.target));
    },
    onEnd: () => wire().end(),
    onDrained: () => {},
    onClosed() {
      clearTimeout(timer);
      onClosed();
    },
  };
}
