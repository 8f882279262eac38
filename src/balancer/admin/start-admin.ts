import type { HeadLimits } from '../http/head-limits.ts';
import { PartialHead } from '../http/partial-head.ts';
import { RequestHead } from '../http/request-head.ts';
import { incomplete, malformed } from '../http/verdicts.ts';
import { resetAccepted } from '../transport/accepted.ts';
import { listen } from '../transport/listen.ts';
import { Wire, type WireHandler } from '../transport/wire.ts';
import type { AdminOptions, AdminServer } from './admin.ts';
import { answerAdmin, isHeld, refuseAdmin } from './answers.ts';

/** Scrapers and kubelets are few and quick. */
const connectionMilliseconds = 10_000;
const connectionLimit = 64;
const limits: HeadLimits = { headBytes: 8192, headFields: 100 };

/**
 * Answers GET (and HEAD) of /started, /ready, /live, /sessions, /metrics and /drained, one request per connection. Read-only: nothing
 * can be commanded here. Note: it speaks HTTP by the balancer's own means; Node's server would be the only use of its HTTP in static
 * mode, and cost 2 MB.
 * @throws the system's error when the address cannot be listened on
 */
export async function startAdmin(options: AdminOptions): Promise<AdminServer> {
  /** In the order in which they came. */
  const hasty = new Set<Wire>();
  /** Those whose answer may take hours. */
  const patient = new Set<Wire>();

  const listening = await listen(options.address, options.port, (accepted) => {
    // Note: the oldest goes, not the new one. Else connections that say nothing would turn a kubelet away that asks whether the gateway
    // may be stopped, and a kubelet that gets no answer stops it.
    if (hasty.size >= connectionLimit) [...hasty][0]?.reset();
    if (patient.size >= connectionLimit) {
      resetAccepted(accepted);
      return;
    }
    const wire: Wire = Wire.accept(
      accepted,
      limits.headBytes,
      adminHandler(options, {
        wire: () => wire,
        onHeld: () => {
          hasty.delete(wire);
          patient.add(wire);
        },
        onClosed: () => {
          hasty.delete(wire);
          patient.delete(wire);
        },
      }),
    );
    hasty.add(wire);
    wire.resume();
  });
  return {
    port: listening.port,
    close: () => {
      listening.close();
      for (const wire of [...hasty, ...patient]) wire.destroy();
      return Promise.resolve();
    },
  };
}

interface Connection {
  readonly wire: () => Wire;
  /** The answer may take as long as it takes. */
  readonly onHeld: () => void;
  readonly onClosed: () => void;
}

function adminHandler(options: AdminOptions, { wire, onHeld, onClosed }: Connection): WireHandler {
  const head = new RequestHead();
  const collected = new PartialHead();
  const timer = setTimeout(() => wire().destroy(), connectionMilliseconds);
  const gone = new AbortController();
  let asked = false;

  function finish(answer: Buffer): void {
    asked = true;
    wire().write(answer);
    wire().end();
  }

  async function reply(method: string, target: string): Promise<void> {
    asked = true;
    if (isHeld(target)) {
      clearTimeout(timer);
      onHeld();
    }
    const answer = await answerAdmin(options, method, target, gone.signal);
    // Nobody may take it for a yes that the waiting was broken off.
    if (gone.signal.aborted && isHeld(target)) wire().destroy();
    else finish(answer);
  }

  return {
    onBytes(bytes, start, end) {
      // What comes behind the request is read and dropped: a reset could overtake the answer.
      if (asked || !collected.add(bytes, start, end, limits)) return;
      const { bytes: text } = collected;
      const next = head.read(text, collected.start, collected.end, limits);
      if (next === incomplete) return;
      if (next !== malformed) void reply(head.method(text), head.target(text));
      else if (head.refusal.status === 431) finish(refuseAdmin(431, 'The request head is too large.'));
      else finish(refuseAdmin(head.refusal.status, `Bad request: ${head.refusal.reason}.`));
    },
    // A client may end its side and still wait for what it asked; a kubelet that ends it while it waits was restarted.
    onEnd() {
      if (!asked) wire().end();
      gone.abort();
    },
    onDrained: () => {},
    onClosed() {
      clearTimeout(timer);
      gone.abort();
      onClosed();
    },
  };
}
