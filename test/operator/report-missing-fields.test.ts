import { beforeEach, describe, expect, it } from '@jest/globals';
import { gatewayPoolSchema } from '../../src/api/crd/definition.ts';
import { KubeError } from '../../src/kube/errors.ts';
import type { KubeTransport } from '../../src/kube/transport/transport.ts';
import { reportMissingFields } from '../../src/operator/report-missing-fields.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { memoryLogger } from '../kube/memory-logger.ts';

let clock: FakeClock;
let log: ReturnType<typeof memoryLogger>;
let asked = 0;

beforeEach(() => {
  clock = new FakeClock();
  log = memoryLogger();
  asked = 0;
});

const served = { components: { schemas: { 'io.gatewaypool.pam.v1alpha1.GatewayPool': gatewayPoolSchema() } } };
const older = { components: { schemas: { 'io.gatewaypool.pam.v1alpha1.GatewayPool': { properties: {} } } } };
const notFound = new KubeError('GET /openapi failed', { code: 'Status', status: 404, reason: 'NotFound' });

/** Answers with these one after the other; the last one for ever. */
function report(answers: readonly unknown[], signal = new AbortController().signal): Promise<void> {
  const transport: KubeTransport = {
    request: () => {
      const answer = answers[Math.min(asked++, answers.length - 1)];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    stream: () => Promise.reject(new Error('nobody streams here')),
    close: () => {},
  };
  return reportMissingFields(transport, clock, log.logger, signal);
}

describe('reportMissingFields', () => {
  it('has nothing to say when the definition is current', async () => {
    await report([served]);

    expect(log.lines).toEqual([]);
  });

  it('names the fields that an older definition drops', async () => {
    await report([older]);

    expect(log.lines).toMatchObject([{ level: 50, missing: ['apiVersion', 'kind', 'spec', 'status'] }]);
  });

  it('waits without a word for a definition that was installed a moment ago', async () => {
    const reporting = report([notFound, notFound, notFound, served]);
    await clock.advance(120_000);
    await reporting;

    expect([asked, log.lines]).toEqual([4, []]);
  });

  it('says it when there is still none after a while, and goes on asking', async () => {
    const reporting = report([...Array.from({ length: 17 }, () => notFound), served]);
    await clock.advance(120_000);
    await reporting;

    expect(log.lines.length).toBeGreaterThan(1);
    expect(log.lines[0]?.msg).toContain('Install the CustomResourceDefinition');
  });

  it('says at once what else went wrong', async () => {
    const reporting = report([new Error('connection reset'), served]);
    await clock.advance(120_000);
    await reporting;

    expect(log.lines).toMatchObject([{ msg: 'Could not read what the API server knows of GatewayPools' }]);
  });
});
