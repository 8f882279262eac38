import { describe, expect, it } from '@jest/globals';
import type { TakeBackSeats, VacatedSlot } from '../../../src/operator/plan/actions.ts';
import { takeBackSeats } from '../../../src/operator/seat-protocol/take-back-seats.ts';
import type { Stored } from './recorded-api.ts';
import { gateWith, liveDeploymentOf, livePodOf, recordedApi } from './recorded-api.ts';

function takeBack(slot: Partial<VacatedSlot>): TakeBackSeats {
  const vacated = {
    name: 'prod-2',
    deployment: undefined,
    heldPodUids: [],
    seated: true,
    reason: 'it was stopped',
    ...slot,
  };
  return {
    action: 'TakeBackSeats',
    slots: [vacated],
    gate: gateWith({ slots: ['prod-0', 'prod-1'] }),
    expectResourceVersion: '500',
  };
}

const deployment = { uid: 'deployment-of-prod-2', resourceVersion: '70' };
const held = {
  gateVersion: '500',
  deployments: [liveDeploymentOf('prod-2')],
  pods: [livePodOf('prod-2', { started: false })],
};

describe('takeBackSeats', () => {
  it('drops the seat of a slot of which nothing is left', async () => {
    const api = recordedApi({ gateVersion: '500' });

    const outcome = await takeBackSeats(api, takeBack({}));

    expect(outcome).toEqual({ done: true });
    expect(api.requests).toEqual(['LIST deployments', 'LIST pods', 'PUT gate']);
  });

  it('drops the seat of a held slot before its Deployment is deleted', async () => {
    const api = recordedApi(held);

    const outcome = await takeBackSeats(api, takeBack({ deployment, heldPodUids: ['pod-of-prod-2'] }));

    expect(outcome).toEqual({ done: true });
    expect(api.requests).toEqual(['LIST deployments', 'LIST pods', 'PUT gate', 'DELETE prod-2']);
  });

  it('deletes nothing when somebody wrote the gate meanwhile', async () => {
    const api = recordedApi({ ...held, gateVersion: '501' });

    const outcome = await takeBackSeats(api, takeBack({ deployment, heldPodUids: ['pod-of-prod-2'] }));

    expect(outcome.done).toBe(false);
    expect(api.requests).not.toContain('DELETE prod-2');
  });

  it('deletes a Deployment only at the version that the plan saw', async () => {
    const api = recordedApi({ ...held, deployments: [liveDeploymentOf('prod-2', { resourceVersion: '71' })] });

    const outcome = await takeBackSeats(api, takeBack({ deployment, heldPodUids: ['pod-of-prod-2'] }));

    expect(outcome).toEqual({ done: false, reason: 'Deployment prod-2 was changed meanwhile' });
  });

  const refused: readonly { readonly name: string; readonly stored: Stored; readonly slot: Partial<VacatedSlot> }[] = [
    { name: 'a pod is there that nobody asked', stored: held, slot: { deployment } },
    {
      name: 'a new pod came',
      stored: { ...held, pods: [livePodOf('prod-2', { uid: 'new' })] },
      slot: { deployment, heldPodUids: ['pod-of-prod-2'] },
    },
    { name: 'a Deployment came back', stored: { ...held, pods: [] }, slot: {} },
    {
      name: 'it is another Deployment',
      stored: { ...held, pods: [] },
      slot: { deployment: { uid: 'older', resourceVersion: '60' } },
    },
  ];

  it.each(refused)('writes nothing when $name', async ({ stored, slot }) => {
    const api = recordedApi(stored);

    const outcome = await takeBackSeats(api, takeBack(slot));

    expect(outcome.done).toBe(false);
    expect(api.gates).toEqual([]);
  });

  it.each([
    { name: 'have no node yet', pod: livePodOf('prod-2', { placed: false }) },
    { name: 'have ended', pod: livePodOf('prod-2', { ended: true }) },
    { name: 'are of other slots', pod: livePodOf('prod-0') },
  ])('does not mind pods that $name', async ({ pod }) => {
    const api = recordedApi({ ...held, pods: [pod] });

    expect(await takeBackSeats(api, takeBack({ deployment }))).toEqual({ done: true });
  });

  it('deletes a slot that the gate never listed whatever its pods are', async () => {
    const api = recordedApi(held);

    const outcome = await takeBackSeats(api, takeBack({ deployment, seated: false }));

    expect(outcome).toEqual({ done: true });
    expect(api.requests).toEqual(['LIST deployments', 'LIST pods', 'PUT gate', 'DELETE prod-2']);
  });
});
