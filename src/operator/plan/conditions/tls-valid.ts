import type { Picture } from '../picture.ts';
import type { Verdict } from './verdict.ts';
import { verdict } from './verdict.ts';

/** Whether new instances could serve with the Secrets that listeners name. Names field, Secret, key and rule, never a value. */
export function tlsValid({ observation: { tls } }: Picture): Verdict {
  if (tls.state === 'NotUsed') return verdict('TLSValid', 'NotUsed', 'no listener names a Secret');
  if (tls.state === 'Invalid') {
    const message = `${tls.message}; no instance starts or is replaced until that is mended, running ones go on with what they have`;
    return verdict('TLSValid', tls.reason, message);
  }

  const { secretName, at } = tls.firstToExpire;
  if (tls.expired) {
    const message = `the certificate of ${secretName} expired at ${at}: renew it in the Secret; nothing else is held up by it`;
    return verdict('TLSValid', 'Expired', message);
  }
  return verdict(
    'TLSValid',
    'Valid',
    `all Secrets are valid; the first certificate to expire is that of ${secretName}, at ${at}`,
  );
}
