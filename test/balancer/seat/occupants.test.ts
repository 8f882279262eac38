import { describe, expect, it } from '@jest/globals';
import type { SlotEndpoint } from '../../../src/balancer/endpoints/pool-view.ts';
import type { PeerAnswer } from '../../../src/balancer/seat/occupants.ts';
import { occupants, slotPeers, trackLost } from '../../../src/balancer/seat/occupants.ts';
import { ending, lost, own, podOf, running, viewOf } from './builders.ts';

const waitsForUs: PeerAnswer = { kind: 'Held', waitsFor: ['x', own.podUid] };
const waitsForOthers: PeerAnswer = { kind: 'Held', waitsFor: ['x'] };
const seated: PeerAnswer = { kind: 'Seated' };
const silent: PeerAnswer = { kind: 'Silent' };
const refused: PeerAnswer = { kind: 'Refused' };
const endingItself: PeerAnswer = { kind: 'Ending' };

/** What is waited for `seconds` after `peer` first looked lost, if it did. */
function occupantsOf(peer: SlotEndpoint, answer: PeerAnswer | undefined, seconds = 0) {
  const answers = new Map(answer === undefined ? [] : [[peer.podUid, answer]]);
  const lostSince = trackLost(new Map(), [peer], answers, 1000);
  return occupants([peer], own, answers, lostSince, { milliseconds: 1000 + seconds * 1000, takeoverSeconds: 30 });
}

describe('slotPeers', () => {
  it('are the other pods of the same slot', () => {
    const view = viewOf(podOf('a'), podOf('b', { slot: 'prod-1' }));

    expect(slotPeers(view, own).map((peer) => peer.podUid)).toEqual(['a']);
  });
});

describe('occupants', () => {
  it.each([
    { name: 'a running pod', peer: podOf('z', running), answer: seated, state: 'is there already' },
    {
      name: 'a running pod that does not answer',
      peer: podOf('z', running),
      answer: silent,
      state: 'is there already',
    },
    {
      name: 'a pod that is not ready and was not asked',
      peer: podOf('z'),
      answer: undefined,
      state: 'is there already',
    },
    { name: 'an ending pod that still serves', peer: podOf('z', ending), answer: silent, state: 'is still ending' },
    {
      name: 'an unhealthy ending pod whose sidecar answers',
      peer: podOf('z', lost),
      answer: seated,
      state: 'is still ending',
    },
    {
      name: 'an unhealthy ending pod whose sidecar crashed, as its gateway may run on',
      peer: podOf('z', lost),
      answer: refused,
      state: 'is still ending',
    },
    { name: 'an ending pod that waits for us', peer: podOf('z', lost), answer: waitsForUs, state: 'is still ending' },
  ])('waits for $name, however long', ({ peer, answer, state }) => {
    expect(occupantsOf(peer, answer, 1e9)).toEqual([{ podUid: 'z', description: `pod prod-0-z (${state})` }]);
  });

  it.each([
    { answer: silent, seconds: 0, waits: 1 },
    { answer: silent, seconds: 29.999, waits: 1 },
    { answer: silent, seconds: 30, waits: 0 },
    { answer: endingItself, seconds: 29.999, waits: 1 },
    { answer: endingItself, seconds: 30, waits: 0 },
  ])('waits for $waits ending pod $seconds s after it was first found $answer.kind', ({ answer, seconds, waits }) => {
    expect(occupantsOf(podOf('a', lost), answer, seconds)).toHaveLength(waits);
  });

  it('waits for a pod whose sidecar restarts on its own, however long: the pod itself is not ending', () => {
    expect(occupantsOf(podOf('a'), endingItself, 1e9)).toHaveLength(1);
  });

  it('says how long a silent pod is waited for', () => {
    expect(occupantsOf(podOf('a', lost), silent)[0]?.description).toBe(
      'pod prod-0-a (runs no gateway any more, it seems; its seat is taken over 30 s after that was first seen)',
    );
  });

  it('waits again for a lost pod that another view shows serving', () => {
    const lostSince = new Map([['a', 0]]);
    const now = { milliseconds: 1e9, takeoverSeconds: 30 };

    const found = occupants([podOf('a', ending)], own, new Map(), lostSince, now);

    expect(found).toHaveLength(1);
  });

  it.each([
    { name: 'passes a held pod that waits for us and sorts after us', uid: 'z', answer: waitsForUs, waits: 0 },
    { name: 'waits for a held pod that waits for us but sorts before us', uid: 'a', answer: waitsForUs, waits: 1 },
    { name: 'waits for a held pod that does not know of us', uid: 'z', answer: waitsForOthers, waits: 1 },
  ])('$name', ({ uid, answer, waits }) => {
    expect(occupantsOf(podOf(uid), answer)).toHaveLength(waits);
  });
});

describe('trackLost', () => {
  const peer = podOf('a', lost);

  it('keeps the time when a pod was first found silent', () => {
    const first = trackLost(new Map(), [peer], new Map([['a', silent]]), 1000);

    const second = trackLost(first, [peer], new Map([['a', silent]]), 9000);

    expect(second).toEqual(new Map([['a', 1000]]));
  });

  it.each([
    { name: 'answered', peers: [peer], answers: new Map([['a', seated]]) },
    { name: 'serves again', peers: [podOf('a', ending)], answers: new Map([['a', silent]]) },
    { name: 'is gone', peers: [], answers: new Map() },
  ])('forgets a pod that $name', ({ peers, answers }) => {
    expect(trackLost(new Map([['a', 1000]]), peers, answers, 9000)).toEqual(new Map());
  });
});
