import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { formatRecord, isAlive, readRecord, recordOf, signal } from './processes/record.ts';

const ownerFile = 'owner.pid';
/** A directory without an owner file is younger than this only while it is being made. */
const makingMilliseconds = 60_000;

/** Parent of all working directories of this user. */
export function workingDirectories(): string {
  return join(tmpdir(), `gatewaypool-${userInfo().uid}`);
}

/** A new directory that belongs to this process: `removeAbandoned` leaves it alone while this process lives. */
export async function createOwnedDirectory(parent = workingDirectories()): Promise<string> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const directory = await mkdtemp(join(parent, 'control-plane-'));
  const self = recordOf(process.pid);
  if (self === undefined) throw new Error('cannot read /proc/self/stat: the test cluster needs Linux');
  await writeFile(join(directory, ownerFile), formatRecord(self));
  return directory;
}

/** Removes what processes that died without cleaning up have left: their directories, and daemons recorded there as NAME.pid. */
export async function removeAbandoned(parent = workingDirectories()): Promise<void> {
  if (!existsSync(parent)) return;
  for (const name of await readdir(parent)) {
    const directory = join(parent, name);
    if (!(await isAbandoned(directory))) continue;
    const files = await readdir(directory).catch(() => []);
    for (const file of files.filter((each) => each.endsWith('.pid') && each !== ownerFile)) {
      const daemon = readRecord(join(directory, file));
      if (daemon !== undefined) signal(daemon, 'SIGKILL');
    }
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function isAbandoned(directory: string): Promise<boolean> {
  const owner = readRecord(join(directory, ownerFile));
  if (owner !== undefined) return !isAlive(owner);
  const made = await stat(directory).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > makingMilliseconds;
}
