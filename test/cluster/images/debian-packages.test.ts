import { describe, expect, it } from '@jest/globals';
import { type DebianPackage, parsePackages, withLibraries } from './debian-packages.ts';

const index = `Package: openssh-server
Version: 1:9.2p1-2
Description: secure shell (SSH) server
 Depends: this line belongs to the description
Depends: adduser, libpam-runtime, libssl3 (>= 3.0.19) | libssl4, zlib1g (>= 1:1.1.4), libwrap0:any
Pre-Depends: init-system-helpers (>= 1.54~)

Package: libssl3
Version: 3.0.22
Depends: libc6 (>= 2.34)
`;

const packageOf = (name: string, ...dependencies: string[]): DebianPackage => ({ name, version: '1', dependencies });

describe('parsePackages', () => {
  it('reads names, versions and the first alternative of each dependency', () => {
    expect(parsePackages(index)).toEqual([
      {
        name: 'openssh-server',
        version: '1:9.2p1-2',
        dependencies: ['init-system-helpers', 'adduser', 'libpam-runtime', 'libssl3', 'zlib1g', 'libwrap0'],
      },
      { name: 'libssl3', version: '3.0.22', dependencies: ['libc6'] },
    ]);
  });
});

describe('withLibraries', () => {
  const world = [
    packageOf('openssh-server', 'adduser', 'libpam-runtime', 'libssl3', 'zlib1g'),
    packageOf('libssl3', 'libc6'),
    packageOf('zlib1g', 'libc6'),
    packageOf('libc6', 'libgcc-s1'),
    packageOf('libgcc-s1', 'libc6', 'gcc-12-base'),
  ];
  const asked: string[][] = [];
  const show = async (names: readonly string[]) => {
    asked.push([...names]);
    return world.filter((each) => names.includes(each.name));
  };

  it('follows libraries to the end, and nothing else; asks for none twice', async () => {
    const packages = await withLibraries(['openssh-server'], show);

    expect(packages.map((each) => each.name)).toEqual(['libc6', 'libgcc-s1', 'libssl3', 'openssh-server', 'zlib1g']);
    expect(asked).toEqual([['openssh-server'], ['libssl3', 'zlib1g'], ['libc6'], ['libgcc-s1']]);
  });

  it('names a package that apt does not know', async () => {
    await expect(withLibraries(['openssh-server', 'no-such'], show)).rejects.toThrow('apt knows no package no-such');
  });
});
