import type { Target } from '../backend.ts';
import { Wire, type WireHandler } from '../transport/wire.ts';
import { type BodyWalk, walkBody } from './body-walk.ts';
import { createHeadReader, type HeadReader } from './head-reader.ts';
import { parseResponseHead, type ResponseHead } from './response-head.ts';

/** Who waits for the response. */
export interface UpstreamUser {
  onConnected(): void;
  /** The connect failed: not a byte was written. */
  onConnectFailed(): void;
  /** The connection ended before the response was complete, or what came is no response. `answered`: at least one byte came. */
  onLost(answered: boolean): void;
  /** An interim (1xx), switching (101) or final head, with the part of the body that came with it. False = pause until `resume`. */
  onHead(head: ResponseHead, body: Buffer): boolean;
  /** More of the body, framing included. False = pause until `resume`. */
  onBody(bytes: Buffer): boolean;
  /** The response is complete. The connection is idle now if it can be used again. */
  onComplete(): void;
  onDrained(): void;
  /** After 101: the wire is the user's, with the bytes that came behind the head. */
  onSwitched(wire: Wire, rest: Buffer): void;
}

const readBytes = 16_384;
const none = Buffer.alloc(0);

/** One connection to a backend, for one request at a time. */
export class Upstream {
  readonly target: Target;
  readonly #wire: Wire;
  readonly #headBytes: number;
  #user: UpstreamUser | undefined;
  #method = '';
  readonly #head: HeadReader;
  #response: ResponseHead | undefined;
  #body: BodyWalk | undefined;
  #connected = false;
  #answered = false;

  /** Starts to connect; `user` hears how that went. */
  constructor(target: Target, headBytes: number, user: UpstreamUser) {
    this.target = target;
    this.#headBytes = headBytes;
    this.#head = createHeadReader(headBytes);
    this.#user = user;
    this.#wire = Wire.connect(target.address, target.port, readBytes, this.#handler());
  }

  /** Takes an idle connection for the next request. */
  use(user: UpstreamUser): void {
    this.#user = user;
  }

  /** The response that follows is for a request of this method. */
  expect(method: string): void {
    this.#method = method;
    this.#response = undefined;
    this.#body = undefined;
    this.#answered = false;
  }

  get answered(): boolean {
    return this.#answered;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Idle, whole and open. */
  get reusable(): boolean {
    return this.#user === undefined && !this.#wire.closed;
  }

  write(bytes: Buffer): boolean {
    return this.#wire.write(bytes);
  }

  writeWithHead(head: string, part: Buffer): boolean {
    return this.#wire.writeWithHead(head, part);
  }

  pause(): void {
    this.#wire.pause();
  }

  resume(): void {
    this.#wire.resume();
  }

  /** Drops the connection; the user hears no more of it. */
  destroy(): void {
    this.#user = undefined;
    this.#wire.destroy();
  }

  #handler(): WireHandler {
    return {
      onConnected: () => {
        this.#connected = true;
        this.#wire.resume();
        this.#user?.onConnected();
      },
      onBytes: (bytes) => this.#receive(bytes),
      onEnd: () => this.#ended(),
      onDrained: () => this.#user?.onDrained(),
      onClosed: () => this.#lost(),
    };
  }

  #receive(bytes: Buffer): void {
    // Nobody asked for these: a response too many would become the next request's answer.
    if (this.#user === undefined || this.#method === '') {
      this.#fail();
      return;
    }
    this.#answered = true;
    if (this.#body !== undefined) this.#receiveBody(bytes, this.#body);
    else this.#receiveHead(bytes);
  }

  #receiveHead(bytes: Buffer): void {
    const whole = this.#head.push(bytes);
    if (whole === 'More') return;
    const head = whole === 'TooLarge' ? undefined : parseResponseHead(whole.text, this.#method);
    if (whole === 'TooLarge' || head === undefined) {
      this.#fail();
      return;
    }
    if (head.status >= 200) this.#receiveFinalHead(head, whole.rest);
    else if (head.status === 101) this.#switch(head, whole.rest);
    else {
      this.#user?.onHead(head, none);
      if (this.#user !== undefined && whole.rest.length > 0) this.#receiveHead(whole.rest);
    }
  }

  #receiveFinalHead(head: ResponseHead, rest: Buffer): void {
    const body = walkBody(head.framing, this.#headBytes);
    this.#response = head;
    this.#body = body;
    this.#receiveBody(rest, body, head);
  }

  /** `head`: the response's head, which goes out together with this part. */
  #receiveBody(bytes: Buffer, body: BodyWalk, head?: ResponseHead): void {
    const end = body.advance(bytes, 0);
    if (end === 'Bad') {
      this.#fail();
      return;
    }
    const part = end === 'More' || end === bytes.length ? bytes : bytes.subarray(0, end);
    const accepted = head === undefined ? this.#user?.onBody(part) : this.#user?.onHead(head, part);
    if (accepted === false) this.#wire.pause();
    if (end !== 'More' && this.#user !== undefined)
      this.#complete(end === bytes.length && this.#response?.close === false);
  }

  #switch(head: ResponseHead, rest: Buffer): void {
    const user = this.#user;
    this.#user = undefined;
    user?.onHead(head, none);
    user?.onSwitched(this.#wire, rest);
  }

  #complete(keep: boolean): void {
    const user = this.#user;
    this.#user = undefined;
    this.#method = '';
    if (!keep) this.#wire.destroy();
    else this.#wire.resume();
    user?.onComplete();
  }

  #ended(): void {
    if (this.#response?.framing.kind === 'UntilClose') this.#complete(false);
    else this.#fail();
  }

  #fail(): void {
    this.#wire.destroy();
    this.#lost();
  }

  #lost(): void {
    const user = this.#user;
    this.#user = undefined;
    if (this.#connected) user?.onLost(this.#answered);
    else user?.onConnectFailed();
  }
}
