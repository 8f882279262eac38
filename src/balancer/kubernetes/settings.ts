import type { Logger } from '../../kube/logger.ts';
import type { Clock } from '../../kube/clock.ts';
import { ConfigError } from '../config/config-error.ts';
import type { BalancerConfig } from '../config/schema.ts';
import { ListenError } from '../data-plane.ts';
import type { DataPlane } from '../data-plane.ts';
import type { Counter } from '../metrics/metrics.ts';
import { withMountedTls } from './mounted-tls.ts';
import { parseSettings } from './parse-settings.ts';

/** The settings that the data plane obeys. */
export interface Settings {
  /** Takes a new text; a bad one changes nothing, is logged and counted. */
  offer(text: string): void;
  /** Undefined before the first good text. */
  config(): BalancerConfig | undefined;
  /** A text from which `config` can be read again, by a later process in this pod. */
  text(): string | undefined;
  /** Which listener could not be opened, or that none was yet, as a sentence. */
  listenProblem(): string | undefined;
  /** Carries out what was offered until the signal aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** A port that is taken may be free again a moment later: the old process of a restarted sidecar was still ending. */
const retryMilliseconds = 2000;

export function createSettings(options: {
  readonly dataPlane: Pick<DataPlane, 'setConfig'>;
  /** What messages call the text. */
  readonly source: string;
  readonly refused: Pick<Counter, 'add'>;
  /** Whether this pod has the file. */
  readonly fileExists: (path: string) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called after good settings came into force, before they are carried out. */
  readonly onChange: () => void;
}): Settings {
  const { dataPlane, source, refused, fileExists, clock, logger, onChange } = options;
  let config: BalancerConfig | undefined;
  let text: string | undefined;
  let offeredLast: string | undefined;
  /** Note: until the first settings are carried out nobody can come in, which takes a moment with several threads. */
  let listenProblem: string | undefined = 'The listeners are not open yet';
  let failed = false;
  let pending = false;
  let wake = (): void => {};

  function read(offered: string): { config: BalancerConfig; isOffered: boolean } | undefined {
    try {
      const parsed = parseSettings(offered, source);
      const { unknownFields } = parsed;
      if (unknownFields.length > 0) logger.warn({ unknownFields }, 'Left out settings that this version does not know');
      return fitted(parsed.config);
    } catch (error) {
      refused.add();
      const problem = error instanceof ConfigError ? error.message : String(error);
      logger.error({ problem }, 'Refused the settings of the balancer; the last ones stay in force');
      return undefined;
    }
  }

  function fitted(next: BalancerConfig): { config: BalancerConfig; isOffered: boolean } {
    const { config: own, asBefore, closed } = withMountedTls(next, config, fileExists);
    const isOffered = asBefore.length + closed.length === 0;
    if (!isOffered) {
      logger.warn(
        { asBefore, closed },
        'This pod has no files for the TLS of these listeners: until it is replaced they stay as before, or closed',
      );
    }
    return { config: own, isOffered };
  }

  async function carryOut(next: BalancerConfig): Promise<void> {
    try {
      await dataPlane.setConfig(next);
      listenProblem = undefined;
      failed = false;
    } catch (error) {
      const problem = error instanceof ListenError ? error.message : `Could not apply the settings: ${String(error)}`;
      if (problem !== listenProblem) logger.error({ err: error }, problem);
      listenProblem = problem;
      failed = true;
    }
  }

  /** Until a text is offered; after a failure only for a while. */
  async function news(signal: AbortSignal): Promise<void> {
    const offered = new AbortController();
    wake = () => offered.abort();
    signal.addEventListener('abort', wake);
    if (pending || signal.aborted) wake();
    await clock.sleep(failed ? retryMilliseconds : Number.POSITIVE_INFINITY, offered.signal);
    signal.removeEventListener('abort', wake);
  }

  return {
    config: () => config,
    text: () => text,
    listenProblem: () => listenProblem,
    offer: (offeredText) => {
      if (offeredText === offeredLast) return;
      const next = read(offeredText);
      if (next === undefined) return;
      config = next.config;
      offeredLast = offeredText;
      // Note: what is left of older settings is in no text of the operator's any more.
      text = next.isOffered ? offeredText : JSON.stringify(config);
      pending = true;
      onChange();
      wake();
    },
    run: async (signal) => {
      while (!signal.aborted) {
        await news(signal);
        if (signal.aborted) return;
        pending = false;
        if (config !== undefined) await carryOut(config);
      }
    },
  };
}
