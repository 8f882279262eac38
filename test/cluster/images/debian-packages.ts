import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../processes/run.ts';
import { say } from '../progress.ts';

/** One Debian package in the version that apt would install. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
}

/**
 * The packages asked for, with all libraries that they need. Other dependencies (adduser, debconf, init scripts …) serve an
 * installation, which an image of one program never has.
 */
export async function resolvePackages(names: readonly string[]): Promise<DebianPackage[]> {
  try {
    return await withLibraries(names, showPackages);
  } catch (error) {
    if (process.getuid?.() !== 0) throw error;
    // A fresh container has no package lists yet.
    say('apt-get update');
    await run('apt-get', ['update', '-q']);
    return withLibraries(names, showPackages);
  }
}

export type ShowPackages = (names: readonly string[]) => Promise<DebianPackage[]>;

/** Breadth first, one question per level. Sorted by name. */
export async function withLibraries(names: readonly string[], show: ShowPackages): Promise<DebianPackage[]> {
  const found = new Map<string, DebianPackage>();
  let wanted = [...new Set(names)];
  while (wanted.length > 0) {
    const shown = await show(wanted);
    for (const each of shown) found.set(each.name, each);
    const missing = wanted.find((name) => !found.has(name));
    if (missing !== undefined) throw new Error(`apt knows no package ${missing}; is this a Debian machine?`);
    const libraries = shown.flatMap((each) => each.dependencies).filter((name) => /^(lib(?!pam-)|zlib)/.test(name));
    wanted = [...new Set(libraries)].filter((name) => !found.has(name));
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function showPackages(names: readonly string[]): Promise<DebianPackage[]> {
  return parsePackages(await run('apt-cache', ['show', '--no-all-versions', ...names]));
}

/** Debian control data: https://www.debian.org/doc/debian-policy/ch-controlfields.html */
export function parsePackages(text: string): DebianPackage[] {
  const paragraphs = text.split('\n\n').filter((paragraph) => paragraph.trim() !== '');
  return paragraphs.map((paragraph) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1] ?? '';
    const relations = [field('Pre-Depends'), field('Depends')].join(',').split(',');
    // "libssl3 (>= 3.0) | libssl4": the first alternative, without its version.
    const dependencies = relations.map((relation) => /^\s*([^\s|(:]+)/.exec(relation)?.[1] ?? '').filter(Boolean);
    return { name: field('Package'), version: field('Version'), dependencies };
  });
}

/** Downloads what is not there yet; nothing is installed on this machine. Returns the .deb files. */
export async function downloadPackages(packages: readonly DebianPackage[], directory: string): Promise<string[]> {
  await mkdir(directory, { recursive: true });
  const architecture = (await run('dpkg', ['--print-architecture'])).trim();
  const candidates = packages.map((each) => {
    const stem = `${each.name}_${each.version.replaceAll(':', '%3a')}`;
    const files = [architecture, 'all'].map((suffix) => join(directory, `${stem}_${suffix}.deb`));
    return { package: each, files };
  });
  const missing = candidates.filter(({ files }) => !files.some((file) => existsSync(file)));
  if (missing.length > 0) {
    const wanted = missing.map(({ package: each }) => `${each.name}=${each.version}`);
    say(`downloading ${wanted.length} Debian packages`);
    // As root, apt would want to download as user _apt, who cannot write here.
    await run('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', ...wanted], { cwd: directory });
  }
  return candidates.map(({ package: each, files }) => {
    const file = files.find((path) => existsSync(path));
    if (file === undefined) throw new Error(`apt-get download brought no file for ${each.name} ${each.version}`);
    return file;
  });
}
