import { describe, expect, it } from '@jest/globals';
import { KubeError } from '../../../src/kube/errors.ts';
import { refusalOf } from '../../../src/operator/apply/refusal.ts';

const canary = 'c4n4ry-v4lue';

function refused(status: number, message: string, causes: { field?: string; message: string }[] = []): KubeError {
  return new KubeError(`POST /apis/apps/v1/namespaces/a/deployments failed: ${message} (${status} Some)`, {
    code: 'Status',
    status,
    reason: 'Some',
    causes,
  });
}

const errorsOf = (error: unknown, kind = 'Deployment'): unknown => refusalOf(error, kind, 'prod-0')?.errors;

describe('refusalOf', () => {
  it.each([
    {
      name: 'a wrong value',
      said: `Invalid value: "${canary}": must be no more than 63 characters`,
      message: 'Invalid value: must be no more than 63 characters',
    },
    {
      name: 'a value with quotes and colons in it',
      said: `Invalid value: "a\\": ${canary}\\"": must not contain "x"`,
      message: 'Invalid value: must not contain "x"',
    },
    {
      name: 'a number',
      said: 'Invalid value: 70000: must be between 1 and 65535, inclusive',
      message: 'Invalid value: must be between 1 and 65535, inclusive',
    },
    { name: 'a duplicate', said: `Duplicate value: "${canary}"`, message: 'Duplicate value' },
    {
      name: 'an unsupported value',
      said: `Unsupported value: "${canary}": supported values: "Always", "Never"`,
      message: 'Unsupported value: supported values: "Always", "Never"',
    },
    {
      name: 'a composite value',
      said: `Invalid value: {"name":"X","value":"${canary}"}: may not be both`,
      message: 'Invalid value',
    },
    { name: 'a value that is missing', said: 'Required value: must be set', message: 'Required value: must be set' },
  ])('names field and rule of $name, and not the value', ({ said, message }) => {
    const error = refused(422, `Deployment is invalid: ${said}`, [
      { field: 'spec.template.spec.containers[0].image', message: said },
    ]);

    expect(errorsOf(error)).toEqual([{ field: 'spec.template.spec.containers[0].image', message }]);
    expect(JSON.stringify(errorsOf(error))).not.toContain(canary);
  });

  it('names the fields that the API server does not know', () => {
    const error = refused(
      400,
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.template.spec.containers[0].enviroment"',
    );

    expect(errorsOf(error)).toEqual([
      {
        field: 'spec.template.spec.containers[0].enviroment',
        message: 'the API server does not know this field; check its spelling and place',
      },
    ]);
  });

  it('repeats what a quota says, without the request that it answers', () => {
    const error = refused(403, 'deployments.apps "prod-0" is forbidden: exceeded quota: few');

    expect(errorsOf(error)).toEqual([
      { field: '', message: 'deployments.apps "prod-0" is forbidden: exceeded quota: few' },
    ]);
  });

  it('repeats nothing that was said about a Secret: a policy may quote it', () => {
    const error = refused(403, `secrets "prod-config" is forbidden: data ${canary} is too weak`);

    expect(errorsOf(error, 'Secret')).toEqual([{ field: '', message: '403 Some' }]);
  });

  it.each([
    { name: 'a conflict', error: refused(409, 'changed') },
    { name: 'an overloaded server', error: refused(429, 'later') },
    { name: 'a broken connection', error: new KubeError('reset', { code: 'Connection' }) },
    { name: 'a mistake of ours', error: new TypeError('x is undefined') },
  ])('is none for $name: the next try may succeed', ({ error }) => {
    expect(refusalOf(error, 'Deployment', 'prod-0')).toBeUndefined();
  });
});
