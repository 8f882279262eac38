import { readFileSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAuthority } from '../../cluster/certificates/authority.ts';
import { until } from '../../cluster/until.ts';
import type { RawSocket } from '../raw-socket.ts';
import { backendAt } from '../rig.ts';
import { setSecureStage } from '../secure-stage.ts';
import { onLoopback, secured, type SecureRig, temporaryAuthority } from '../secure-rig.ts';

let authority: Awaited<ReturnType<typeof temporaryAuthority>>;
let ca: string;
let tls: { certificateFile: string; keyFile: string };

beforeAll(async () => {
  authority = await temporaryAuthority();
  ca = readFileSync(authority.caFile, 'utf8');
  tls = await authority.issue({ name: 'server', user: 'server', subjectAlternativeNames: onLoopback });
});

afterAll(async () => {
  await authority.remove();
});

const stage = setSecureStage();
const { cleanups, rigOf, headTeller } = stage;

const clientOf = (rig: SecureRig, options: Parameters<typeof stage.clientOf>[1] = { ca }): RawSocket =>
  stage.clientOf(rig, options);

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** A folder as the kubelet mounts a Secret: links to `..data`, which is a link to the version in force. */
async function mounted(): Promise<{ files: typeof tls; renew: (name: string) => Promise<void> }> {
  const folder = await temporaryAuthority();
  cleanups.push(() => folder.remove());
  const { directory } = folder;
  const renew = async (name: string): Promise<void> => {
    const version = join(directory, `..${name}`);
    await issueInto(version, name);
    await rm(join(directory, '..next'), { force: true });
    await symlink(`..${name}`, join(directory, '..next'));
    await rename(join(directory, '..next'), join(directory, '..data'));
  };
  await renew('one');
  await symlink('..data/tls.crt', join(directory, 'tls.crt'));
  await symlink('..data/tls.key', join(directory, 'tls.key'));
  return { files: { certificateFile: join(directory, 'tls.crt'), keyFile: join(directory, 'tls.key') }, renew };
}

/** Issues a certificate into a folder of its own. */
async function issueInto(folder: string, name: string): Promise<void> {
  const issued = await openAuthority(authority.directory).issue({
    name,
    user: name,
    subjectAlternativeNames: onLoopback,
  });
  await mkdir(folder);
  await copyFile(issued.certificateFile, join(folder, 'tls.crt'));
  await copyFile(issued.keyFile, join(folder, 'tls.key'));
}

async function nameShown(rig: SecureRig): Promise<string | undefined> {
  const client = clientOf(rig);
  const socket = await secured(client);
  const { subject } = socket.getPeerCertificate();
  client.destroy();
  return String(subject.CN);
}

describe('certificate files that change', () => {
  it('are taken over for new connections, while old ones go on', async () => {
    const { files, renew } = await mounted();
    const rig = await rigOf({ tls: files }, [backendAt('prod-0', await headTeller())]);
    const old = clientOf(rig);
    expect((await secured(old)).getPeerCertificate().subject.CN).toBe('one');

    await renew('two');
    await until('the new certificate', 15_000, async () => (await nameShown(rig)) === 'two');

    old.send(get);
    await old.receives('}');
  });

  it('are refused when the key is not the one of the certificate: the old pair stays', async () => {
    const { files, renew } = await mounted();
    const rig = await rigOf({ tls: files }, []);
    await rm(files.keyFile);
    await copyFile(tls.keyFile, files.keyFile);

    const line = await until('a refusal', 15_000, () => rig.lines.find(({ msg }) => msg.includes('Refused')));

    expect(line['problem']).toBe(`the key in ${files.keyFile} is not the one of ${files.certificateFile}`);
    expect(JSON.stringify(rig.lines)).not.toContain('PRIVATE');
    expect(await nameShown(rig)).toBe('one');
    await rm(files.keyFile);
    await symlink('..data/tls.key', files.keyFile);
    await renew('three');
    await until('the next pair', 15_000, async () => (await nameShown(rig)) === 'three');
  });
});

describe('a listener that is to have files which are not there yet', () => {
  it('goes on with those that it had, and with their renewals', async () => {
    const { files, renew } = await mounted();
    const rig = await rigOf({ tls: files }, []);
    const clientCaFile = '/not/there/ca.crt';

    await expect(rig.configure({ tls: { ...files, clientCaFile } })).rejects.toThrow(
      'could not read /not/there/ca.crt',
    );
    await renew('renewed');

    await until('the renewed certificate', 15_000, async () => (await nameShown(rig)) === 'renewed');
  });
});

describe('a listener whose files cannot be used', () => {
  it('is not opened, which is told with the reason, until they can', async () => {
    const rig = await rigOf({ name: 'other' }, []);
    const keyFile = join(authority.directory, 'not-there.key');
    const wanted = { tls: { certificateFile: tls.certificateFile, keyFile }, port: rig.port };

    await expect(rig.configure({ ...wanted, protocol: 'TCP' })).rejects.toThrow(
      `Listener in cannot speak TLS: could not read ${keyFile}: ENOENT`,
    );

    await copyFile(tls.keyFile, keyFile);
    await rig.configure({ ...wanted, protocol: 'TCP' });
    await secured(clientOf(rig));
  });
});
