import { describe, expect, it } from '@jest/globals';
import { clusterRequirements, controlPlaneRequirements, missingPackages } from './requirements.ts';

const machineWith =
  (...files: string[]) =>
  (file: string) =>
    files.includes(file) ? `/bin/${file}` : undefined;

describe('missingPackages', () => {
  it('names the package of each missing program once', () => {
    const requirements = [
      { file: 'nsenter', package: 'util-linux' },
      { file: 'setpriv', package: 'util-linux' },
      { file: 'runc', package: 'runc' },
      { file: 'ip', package: 'iproute2' },
    ];

    expect(missingPackages(requirements, machineWith('ip'))).toEqual(['util-linux', 'runc']);
  });

  it('needs nothing on a machine that has all', () => {
    const all = clusterRequirements.map((requirement) => requirement.file);

    expect(missingPackages(clusterRequirements, machineWith(...all))).toEqual([]);
  });

  it('asks for no container runtime when only a control plane is wanted', () => {
    expect(missingPackages(controlPlaneRequirements, machineWith())).toEqual(['openssl', 'util-linux']);
  });
});
