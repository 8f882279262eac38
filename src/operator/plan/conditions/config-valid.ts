import type { Picture } from '../picture.ts';
import type { Verdict } from './verdict.ts';
import { verdict } from './verdict.ts';

/** Whether the shared configuration could be used as it is in the user's Secret now. Names Secret, key and rule, never a value. */
export function configValid({ observation }: Picture): Verdict {
  const { config, pool } = observation;
  const { secretName, key } = pool.spec.config;
  if (config.state === 'Valid') {
    return verdict(
      'ConfigValid',
      'Valid',
      `Secret ${secretName}, key ${key}: valid; new instances use its copy ${config.copy}`,
    );
  }

  const running = config.lastGoodCopy === undefined ? '' : `, running ones go on with the copy ${config.lastGoodCopy}`;
  const message = `${config.message}; no instance starts${running} until the Secret is mended`;
  return verdict('ConfigValid', config.reason, message);
}
