import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildCommands, planBuild } from './build-plan.ts';
import { allModules, etcd, helm, kubernetes, pause } from './modules.ts';

const text = { goMod: 'module x\n\trequire k8s.io/api v0.37.2\n', others: ['k8s.io/api v0.37.2 h1:abc='] };
const kubernetesText = { goMod: 'require (\n\tk8s.io/kubernetes v1.37.2 // indirect\n)\n', others: [] };

describe('the key of a build', () => {
  it('is the same for the same inputs', () => {
    expect(planBuild(helm, { ...text }, 'linux/x64').key).toBe(planBuild(helm, text, 'linux/x64').key);
  });

  it.each([
    { name: 'go.mod', plan: planBuild(helm, { ...text, goMod: `${text.goMod}\n` }, 'linux/x64') },
    { name: 'go.sum', plan: planBuild(helm, { ...text, others: ['k8s.io/api v0.37.2 h1:abd='] }, 'linux/x64') },
    { name: 'the platform', plan: planBuild(helm, text, 'linux/arm64') },
    { name: 'the programs', plan: planBuild({ ...helm, programs: { helm: 'helm.sh/other' } }, text, 'linux/x64') },
  ])('changes with $name', ({ plan }) => {
    expect(plan.key).toMatch(/^[0-9a-f]{16}$/);
    expect(plan.key).not.toBe(planBuild(helm, text, 'linux/x64').key);
  });
});

describe('the flags of a build', () => {
  it('stamp Kubernetes with the version that go.mod requires', () => {
    const { flags } = planBuild(kubernetes, kubernetesText, 'linux/x64');

    expect(flags.join(' ')).toContain('-X k8s.io/component-base/version.gitVersion=v1.37.2');
    expect(flags.join(' ')).toContain('-X k8s.io/component-base/version.gitMinor=37');
  });

  it('refuse a Kubernetes module that requires no Kubernetes', () => {
    expect(() => planBuild(kubernetes, text, 'linux/x64')).toThrow('go.mod does not require k8s.io/kubernetes');
  });

  it('stamp nothing else', () => {
    expect(planBuild(helm, text, 'linux/x64').flags.join(' ')).not.toContain('-X');
  });
});

describe('the commands of a build', () => {
  it('build many programs at once, because their common packages compile once', () => {
    const commands = buildCommands(kubernetes, '/out');

    expect(commands).toEqual([{ output: '/out/', packages: Object.values(kubernetes.programs) }]);
  });

  it.each([
    { module: etcd, command: { output: '/out/etcd', packages: ['go.etcd.io/etcd/server/v3'] } },
    { module: pause, command: { output: '/out/pause', packages: ['.'] } },
  ])('name $module.name themselves: Go would take the last element of its package', ({ module, command }) => {
    expect(buildCommands(module, '/out')).toEqual([command]);
  });
});

describe('the tool modules', () => {
  it.each(allModules)('$name is pinned by go.mod and go.sum', ({ directory, programs }) => {
    const goMod = readFileSync(join(directory, 'go.mod'), 'utf8');

    expect(existsSync(join(directory, 'go.sum'))).toBe(true);
    for (const path of Object.values(programs)) expect(goMod).toContain(path);
  });
});
