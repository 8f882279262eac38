import type { LogMethod, Logger } from '../../kube/logger.ts';

/** pino's numbers, as in the operator's log. */
const levels = { info: 30, warn: 40, error: 50, fatal: 60 } as const;

/**
 * Logs one line of JSON for each message, in pino's format and at its usual level (`debug` is left out). pino itself would be the largest
 * thing in a sidecar's memory: 2 MB.
 * @param write takes each line, its end included
 */
export function createJsonLogger(
  write: (line: string) => void,
  now: () => number,
  bound: Readonly<Record<string, unknown>> = {},
): Logger {
  const at = (level: number): LogMethod => {
    return (first: object | string, message?: string) => {
      const line = typeof first === 'string' ? { msg: first } : { ...withPlainError(first), msg: message };
      write(`${JSON.stringify({ level, time: now(), ...bound, ...line })}\n`);
    };
  };
  return {
    debug: () => {},
    info: at(levels.info),
    warn: at(levels.warn),
    error: at(levels.error),
    fatal: at(levels.fatal),
    child: (fields) => createJsonLogger(write, now, { ...bound, ...fields }),
  };
}

/** Errors have no fields that JSON would show. */
function withPlainError(fields: object): object {
  const error: unknown = Reflect.get(fields, 'err');
  if (!(error instanceof Error)) return fields;
  const { name, message, stack } = error;
  return { ...fields, err: { type: name, message, stack, ...Object.fromEntries(Object.entries(error)) } };
}
