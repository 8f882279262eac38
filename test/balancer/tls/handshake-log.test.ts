import { expect, it } from '@jest/globals';
import { createHandshakeLog } from '../../../src/balancer/tls/handshake-log.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';

it('says why a backend cannot be reached by TLS, each reason once a minute', async () => {
  const clock = new FakeClock();
  const { logger, lines } = memoryLogger();
  const report = createHandshakeLog(clock, logger);

  report('192.0.2.1', 443, 'certificate has expired');
  report('192.0.2.1', 443, 'certificate has expired');
  report('192.0.2.2', 443, 'certificate has expired');
  report('192.0.2.1', 443, 'self-signed certificate');
  const atOnce = lines.length;
  await clock.advance(60_000);
  report('192.0.2.1', 443, 'certificate has expired');

  expect(atOnce).toBe(3);
  expect(lines).toHaveLength(4);
  expect(lines.at(-1)).toMatchObject({ address: '192.0.2.1', port: 443, reason: 'certificate has expired' });
});
