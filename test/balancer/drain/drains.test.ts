import { describe, expect, it } from '@jest/globals';
import { parseDrains } from '../../../src/balancer/drain/drains.ts';

const uid = '5f2c';

describe('parseDrains', () => {
  it('reads what the operator writes', () => {
    const text = `
generation: 8
poolUid: p1
poolGeneration: 12
draining:
- {slot: prod-1, podUid: ${uid}, deadlineSeconds: 600, since: 7, cause: Outdated, reason: "the image changed"}
- {slot: prod-2, podUid: a1, deadlineSeconds: null, since: 8, reason: "not wanted any more"}
`;

    expect(parseDrains(text)).toEqual({
      ok: true,
      drains: {
        generation: 8,
        poolUid: 'p1',
        poolGeneration: 12,
        draining: [
          {
            slot: 'prod-1',
            podUid: uid,
            deadlineSeconds: 600,
            since: 7,
            cause: 'Outdated',
            reason: 'the image changed',
          },
          { slot: 'prod-2', podUid: 'a1', deadlineSeconds: null, since: 8, cause: null, reason: 'not wanted any more' },
        ],
      },
    });
  });

  it.each([
    { name: 'no text', text: undefined },
    { name: 'an empty text', text: '' },
    { name: 'an empty list', text: 'draining: []' },
    { name: 'a comment alone', text: '# nothing' },
  ])('takes $name for nothing that drains', ({ text }) => {
    expect(parseDrains(text)).toEqual({
      ok: true,
      drains: { generation: 0, poolUid: '', poolGeneration: 0, draining: [] },
    });
  });

  it('asks only for the UID, and ignores what a newer operator adds', () => {
    const parsed = parseDrains(`draining: [{podUid: ${uid}, color: red, cause: Moon}]\nmood: good`);

    expect(parsed.ok && parsed.drains.draining).toEqual([
      { slot: '', podUid: uid, deadlineSeconds: null, since: 0, cause: null, reason: '' },
    ]);
  });

  it.each([
    { text: 'draining: [{slot: prod-1}]', problem: 'draining[0].podUid' },
    { text: `draining: [{podUid: ${uid}, deadlineSeconds: -1}]`, problem: 'draining[0].deadlineSeconds' },
    { text: `draining: [{podUid: ${uid}, deadlineSeconds: soon}]`, problem: 'draining[0].deadlineSeconds' },
    { text: 'draining: yes', problem: 'draining' },
    { text: '- prod-1', problem: 'the text' },
    { text: 'draining: [', problem: 'line 1' },
    { text: 'draining: *nobody', problem: 'aliases' },
  ])('refuses $text and says where it is wrong', ({ text, problem }) => {
    const parsed = parseDrains(text);

    expect(parsed.ok ? 'ok' : parsed.problem).toContain(problem);
  });
});
