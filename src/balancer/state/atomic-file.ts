import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemErrorCode } from '../system-error.ts';

/** Replaces a file in one step that survives a crash of the process or the machine: it then holds the old text or the new one. */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  await withFile(temporary, 'w', async (file) => {
    await file.writeFile(text);
    await file.sync();
  });
  await rename(temporary, path);
  // The new name is on disk only when its folder is.
  await withFile(dirname(path), 'r', (folder) => folder.sync());
}

/** The text of a file, or undefined when there is none. */
export async function readFileIfAny(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function withFile(
  path: string,
  flags: string,
  use: (file: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
