import { describe, expect, it } from '@jest/globals';
import { statusError, streamError } from '../../../src/kube/transport/status-error.ts';

const tried = 'PATCH /apis/apps/v1/namespaces/a/deployments/b';

describe('statusError', () => {
  it('says what was tried, why it failed and which fields were wrong', () => {
    const body = {
      kind: 'Status',
      message: 'Deployment.apps "b" is invalid: spec.replicas: Invalid value: -1',
      reason: 'Invalid',
      details: { causes: [{ reason: 'FieldValueInvalid', message: 'Invalid value: -1', field: 'spec.replicas' }] },
      code: 422,
    };

    const error = statusError({ tried, status: 422, headers: {}, text: JSON.stringify(body) });

    expect(error.message).toBe(
      `${tried} failed: Deployment.apps "b" is invalid: spec.replicas: Invalid value: -1 (422 Invalid)`,
    );
    expect(error).toMatchObject({
      code: 'Status',
      status: 422,
      reason: 'Invalid',
      causes: [{ reason: 'FieldValueInvalid', message: 'Invalid value: -1', field: 'spec.replicas' }],
    });
  });

  it.each([
    {
      name: 'plain text',
      text: 'etcdserver: leader changed\n',
      message: `${tried} failed: etcdserver: leader changed (500)`,
    },
    { name: 'nothing', text: '', message: `${tried} failed: no message (500)` },
    { name: 'JSON that is no object', text: '[1]', message: `${tried} failed: [1] (500)` },
    { name: 'a very long text', text: 'x'.repeat(5000), message: `${tried} failed: ${'x'.repeat(200)} (500)` },
  ])('copes with a body that is $name', ({ text, message }) => {
    const error = statusError({ tried, status: 500, headers: {}, text });

    expect(error.message).toBe(message);
    expect(error.causes).toEqual([]);
  });

  it.each([
    { name: 'the header', headers: { 'retry-after': '7' }, details: {}, seconds: 7 },
    {
      name: 'the header before the body',
      headers: { 'retry-after': '7' },
      details: { retryAfterSeconds: 9 },
      seconds: 7,
    },
    { name: 'the body', headers: {}, details: { retryAfterSeconds: 9 }, seconds: 9 },
    { name: 'neither', headers: {}, details: {}, seconds: undefined },
    {
      name: 'a date, which the API server does not send',
      headers: { 'retry-after': 'Sun, 22 Nov' },
      details: {},
      seconds: undefined,
    },
  ])('takes the time to wait from $name', ({ headers, details, seconds }) => {
    const error = statusError({ tried, status: 429, headers, text: JSON.stringify({ details }) });

    expect(error.retryAfterSeconds).toBe(seconds);
  });
});

describe('streamError', () => {
  it('turns the Status of an ERROR event into the same error', () => {
    const error = streamError('Watching pods', { message: 'too old resource version', reason: 'Expired', code: 410 });

    expect(error.message).toBe('Watching pods failed: too old resource version (410 Expired)');
    expect(error.status).toBe(410);
  });

  it('counts one without a code as the fault of the server', () => {
    const error = streamError('Watching pods', undefined);

    expect(error.status).toBe(500);
  });
});
