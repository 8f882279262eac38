import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkPemTexts, type PemTexts, readPemFiles } from '../../../src/balancer/tls/pem-files.ts';
import { PemFollower } from '../../../src/balancer/tls/pem-follower.ts';
import { readFileSync } from 'node:fs';
import { type LogLine, memoryLogger } from '../../kube/memory-logger.ts';
import { temporaryAuthority } from '../secure-rig.ts';

const files = { certificateFile: '/tls/tls.crt', keyFile: '/tls/tls.key' };

let authority: Awaited<ReturnType<typeof temporaryAuthority>>;
let one: { certificateFile: string; keyFile: string };
let two: typeof one;

beforeAll(async () => {
  authority = await temporaryAuthority();
  const textsOf = async (name: string): Promise<typeof one> => {
    const issued = await authority.issue({ name, user: name });
    return {
      certificateFile: readFileSync(issued.certificateFile, 'utf8'),
      keyFile: readFileSync(issued.keyFile, 'utf8'),
    };
  };
  one = await textsOf('one');
  two = await textsOf('two');
});

afterAll(() => authority.remove());

interface Followed {
  /** What the files hold from now on; undefined = there is none. */
  hold: (texts: { certificateFile?: string; keyFile?: string }) => void;
  look: (times: number) => Promise<void>;
  readonly used: readonly PemTexts[];
  readonly lines: readonly LogLine[];
}

function follow(): Followed {
  let held: { certificateFile?: string; keyFile?: string } = one;
  const used: PemTexts[] = [];
  const { logger, lines } = memoryLogger();
  const read = async (path: string): Promise<string> => {
    const text = path === files.certificateFile ? held.certificateFile : held.keyFile;
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  };
  const follower = new PemFollower(files, one, { renew: (texts) => void used.push(texts) }, logger, read);
  return {
    hold: (texts) => (held = texts),
    async look(times) {
      for (let count = 0; count < times; count += 1) await follower.look();
    },
    used,
    lines,
  };
}

describe('PEM files that are followed', () => {
  it('bring nothing while they stay as they are', async () => {
    const { look, used, lines } = follow();

    await look(3);

    expect(used).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('are used once they were read twice alike, and once only', async () => {
    const { hold, look, used } = follow();

    hold(two);
    await look(1);
    const afterOne = used.length;
    await look(3);

    expect(afterOne).toBe(0);
    expect(used).toEqual([two]);
  });

  it('are not complained about when they are read in the moment of a change', async () => {
    const { hold, look, used, lines } = follow();

    hold({ certificateFile: two.certificateFile, keyFile: one.keyFile });
    await look(1);
    hold(two);
    await look(2);

    expect(used).toEqual([two]);
    expect(lines.map(({ msg }) => msg)).toEqual(['Took over certificates that changed']);
  });

  it.each([
    {
      name: 'a key of another certificate',
      held: () => ({ certificateFile: two.certificateFile, keyFile: one.keyFile }),
      problem: 'the key in /tls/tls.key is not the one of /tls/tls.crt',
    },
    { name: 'no certificate', held: () => ({ keyFile: one.keyFile }), problem: 'could not read /tls/tls.crt: ENOENT' },
    {
      name: 'something else in its place',
      held: () => ({ certificateFile: 'hello', keyFile: one.keyFile }),
      problem: 'there is no certificate in PEM in /tls/tls.crt',
    },
  ])('are refused once with $name, and used again when they are right', async ({ held, problem }) => {
    const { hold, look, used, lines } = follow();

    hold(held());
    await look(5);
    const whileWrong = [...used];
    hold(two);
    await look(2);

    expect(whileWrong).toEqual([]);
    expect(lines.filter(({ msg }) => msg.startsWith('Refused'))).toMatchObject([{ problem }]);
    expect(used).toEqual([two]);
  });
});

describe('checkPemTexts', () => {
  it('names an encrypted key, which nobody could open', () => {
    const keyFile = '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n';

    expect(() => checkPemTexts(files, { ...one, keyFile })).toThrow(
      '/tls/tls.key is encrypted: store it without a passphrase',
    );
  });

  it('names the CA file that holds none', () => {
    const all = { ...files, clientCaFile: '/tls/ca.crt' };

    expect(() => checkPemTexts(all, { ...one, clientCaFile: '' })).toThrow(
      'there is no certificate in PEM in /tls/ca.crt',
    );
  });

  it('never says what stands in a key', async () => {
    const broken = one.keyFile.replace(/[A-Z]{4}/u, 'AAAA').slice(0, 90);

    const check = async (): Promise<void> =>
      checkPemTexts(
        files,
        await readPemFiles(files, async (path) => (path === files.keyFile ? broken : one.certificateFile)),
      );

    await expect(check()).rejects.toThrow(/^\/tls\/tls\.key is no private key in PEM$/);
  });
});
