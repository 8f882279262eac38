/** Every time that a reflector waits for, in milliseconds unless named otherwise. */
export interface ReflectorDurations {
  /** A watch without a byte for this long is dead. Bookmarks come about once a minute even when nothing changes. */
  readonly idleLimitMilliseconds: number;
  /** What the server is asked to end a watch after, so that clients spread over its replicas: between this and twice this. */
  readonly watchTimeoutSeconds: number;
  /** How long the initial objects of a watch may take to arrive; then they are listed page by page. */
  readonly initialEventsLimitMilliseconds: number;
  /** A watch that lived this long, or brought an event, may be opened again at once. */
  readonly healthyAfterMilliseconds: number;
  readonly backoffMilliseconds: number;
  readonly maxBackoffMilliseconds: number;
  /** After this long without a back-off the next one is short again. */
  readonly backoffResetMilliseconds: number;
  /** When the server has answered with nothing but errors for this long, start over with a list. */
  readonly relistAfterFailingMilliseconds: number;
  /** How often the cache is compared with the collection, give or take a fifth. */
  readonly compareEveryMilliseconds: number;
  /** How long a difference may take to arrive as an event before it counts as missed. */
  readonly compareSettleMilliseconds: number;
}

/** client-go's figures (tools/cache/reflector.go), and ours where it has none. */
export const defaultDurations: ReflectorDurations = {
  idleLimitMilliseconds: 150_000,
  watchTimeoutSeconds: 300,
  initialEventsLimitMilliseconds: 60_000,
  healthyAfterMilliseconds: 1000,
  backoffMilliseconds: 800,
  maxBackoffMilliseconds: 30_000,
  backoffResetMilliseconds: 120_000,
  relistAfterFailingMilliseconds: 60_000,
  compareEveryMilliseconds: 600_000,
  compareSettleMilliseconds: 150_000,
};
