import { describe, expect, it } from '@jest/globals';
import { createHostAddresses, systemLookUp } from '../../../src/balancer/sessions/host-addresses.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';

/** A DNS that gives each name its next answer; an Error is no answer. */
function scripted(answers: Readonly<Record<string, (readonly string[] | Error)[]>>) {
  const asked: string[] = [];
  const { logger, lines } = memoryLogger();
  const addresses = createHostAddresses(async (host) => {
    asked.push(host);
    await Promise.resolve();
    const answer = answers[host]?.shift() ?? new Error('no more answers');
    if (answer instanceof Error) throw answer;
    return answer;
  }, logger);
  return { addresses, asked, lines };
}

const noName = new Error('getaddrinfo ENOTFOUND a.example');

describe('createHostAddresses', () => {
  it('knows nothing before it has looked', () => {
    expect([...scripted({}).addresses.of('a.example')]).toEqual([]);
  });

  it('keeps addresses that a name does not have any more: the gateway may still be connected to them', async () => {
    const { addresses } = scripted({
      'a.example': [
        ['192.0.2.1', '192.0.2.2'],
        ['192.0.2.2', '192.0.2.3'],
      ],
    });

    await addresses.refresh(['a.example']);
    await addresses.refresh(['a.example']);

    expect([...addresses.of('a.example')].sort()).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
  });

  it('forgets the oldest of a name whose every answer is new', async () => {
    const answers = Array.from({ length: 300 }, (_, index) => [`10.0.${index >> 8}.${index & 255}`]);
    const { addresses } = scripted({ 'a.example': [['192.0.2.1'], ...answers, ['10.0.0.200']] });

    for (let time = 0; time < 302; time += 1) await addresses.refresh(['a.example']);

    const known = [...addresses.of('a.example')];
    expect(known).toHaveLength(256);
    expect(known).not.toContain('192.0.2.1');
    expect(known.at(-1)).toBe('10.0.0.200');
  });

  it('keeps what it knows while there is no answer, and says so once', async () => {
    const { addresses, lines } = scripted({ 'a.example': [['192.0.2.1'], noName, noName, ['192.0.2.2'], noName] });

    for (let time = 0; time < 3; time += 1) await addresses.refresh(['a.example']);
    const linesOfOneOutage = lines.length;
    for (let time = 0; time < 2; time += 1) await addresses.refresh(['a.example']);

    expect([...addresses.of('a.example')]).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(linesOfOneOutage).toBe(1);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ level: 40, host: 'a.example', known: 1 });
  });

  it('learns a name once, and looks one name up at a time', async () => {
    const { addresses, asked } = scripted({ 'a.example': [['192.0.2.1']], 'b.example': [noName] });

    const learning = addresses.learn(['a.example', 'b.example']);
    await Promise.resolve();
    const askedAtOnce = [...asked];
    await learning;
    await addresses.learn(['a.example', 'b.example']);

    expect(askedAtOnce).toEqual(['a.example']);
    expect(asked).toEqual(['a.example', 'b.example']);
    expect([...addresses.of('a.example')]).toEqual(['192.0.2.1']);
    expect([...addresses.of('b.example')]).toEqual([]);
  });
});

describe('learning a name', () => {
  it('waits for its first answer, and for no later one: who counts sessions knows enough already', async () => {
    const answers: ((found: string[]) => void)[] = [];
    const { logger } = memoryLogger();
    const addresses = createHostAddresses(() => new Promise((resolve) => answers.push(resolve)), logger);
    const first = addresses.learn(['a.example']);
    await Promise.resolve();
    answers[0]?.(['192.0.2.1']);
    await first;

    void addresses.refresh(['a.example']);
    await addresses.learn(['a.example']);

    expect(answers).toHaveLength(2);
    expect([...addresses.of('a.example')]).toEqual(['192.0.2.1']);
  });
});

describe('systemLookUp', () => {
  it('asks the system, as a gateway does', async () => {
    expect(await systemLookUp('localhost')).toContain('127.0.0.1');
    expect(await systemLookUp('192.0.2.7')).toEqual(['192.0.2.7']);
    await expect(systemLookUp('no-such-name.invalid')).rejects.toThrow('no-such-name.invalid');
  });
});
