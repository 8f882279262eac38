import { type BackendSessions, countsOf, type SessionBook, type Waiting } from '../sessions/session-book.ts';
import type { Ledger } from './ledger.ts';

const nobody = -1;

/** One thread's part of the sessions that threads count together. */
class SharedSessions implements BackendSessions {
  private readonly ledger: Ledger;
  private readonly thread: number;
  private readonly backend: number;
  private readonly onEnd: () => void;

  constructor(ledger: Ledger, thread: number, backend: number, onEnd: () => void) {
    this.ledger = ledger;
    this.thread = thread;
    this.backend = backend;
    this.onEnd = onEnd;
  }

  end(): void {
    this.ledger.addSession(this.thread, this.backend, -1);
    if (this.ledger.waiting > 0) this.onEnd();
  }
}

/**
 * The session book of one of several threads. `on` is for the sessions of all threads, `counts` for its own ones, as those of all are added
 * up elsewhere.
 * @param waiting who waits for room in this thread
 * @param tellOther brings the news to another thread that there is room
 */
export function createSharedSessionBook(
  ledger: Ledger,
  thread: number,
  ownName: string | undefined,
  waiting: Waiting,
  tellOther: (thread: number) => void,
): SessionBook {
  const known = new Map<string, { readonly number: number; readonly sessions: SharedSessions }>();
  const { names } = ledger;
  /** The backend on which a session was counted that did not begin yet. */
  let reserved = nobody;

  function onEnd(): void {
    const next = ledger.nextWaiting();
    if (next === thread) waiting.placeFreed();
    else if (next !== undefined) tellOther(next);
  }

  function giveBack(): void {
    if (reserved !== nobody) ledger.addSession(thread, reserved, -1);
    reserved = nobody;
  }

  return {
    begin(backend) {
      const number = names.numberOf(backend);
      let one = known.get(backend);
      // A name that came back after long may have got another number.
      if (one?.number !== number) {
        one = { number, sessions: new SharedSessions(ledger, thread, number, onEnd) };
        known.set(backend, one);
      }
      if (reserved === number) {
        reserved = nobody;
      } else {
        giveBack();
        ledger.addSession(thread, number, 1);
      }
      return one.sessions;
    },
    tryReserve(backend, atMost) {
      giveBack();
      const number = names.numberOf(backend);
      // Note: counted first and looked at then: two threads that do so at once may both give up the last place, but never both take it.
      ledger.addSession(thread, number, 1);
      reserved = number;
      if (ledger.sessionsOn(number) <= atMost) return true;
      giveBack();
      return false;
    },
    counts: () => countsOf(ledger.sessions(thread), ownName),
    on: (backend) => ledger.sessionsOn(names.numberOf(backend)),
  };
}
