import { join } from 'node:path';
import { type ToolModule, pause } from '../programs/modules.ts';

const repository = join(import.meta.dirname, '..', '..', '..');

/** An image of the test cluster: a Containerfile, and a base image made from packages instead of one from a registry. */
export interface ImageDefinition {
  /** With tag; `gatewaypool.test` is no registry (RFC 6761), so nothing is ever pulled. */
  readonly name: string;
  readonly containerfile: string;
  /** Build context. */
  readonly directory: string;
  /** What of the context goes in; all by default. */
  readonly files?: readonly string[];
  /** Debian packages of the base image; undefined = the Containerfile starts from scratch. */
  readonly debianPackages?: readonly string[];
  /** The base image also gets the Node.js that package.json pins. */
  readonly node?: boolean;
  /** Go programs for the build context. */
  readonly program?: ToolModule;
}

function imageOf(name: string, rest: Partial<ImageDefinition>): ImageDefinition {
  const directory = join(repository, 'images', name);
  return { name: `gatewaypool.test/${name}:1`, containerfile: join(directory, 'Containerfile'), directory, ...rest };
}

export const pauseImage = imageOf('pause', { program: pause });

export const clientImage = imageOf('client', {
  debianPackages: ['busybox-static', 'curl', 'openssh-client', 'libstdc++6'],
  node: true,
});

export const gatewaySshImage = imageOf('gateway-ssh', {
  debianPackages: ['busybox-static', 'openssh-server', 'openssh-client'],
});

export const gatewayWebImage = imageOf('gateway-web', {
  debianPackages: ['busybox-static', 'websocketd', 'openssh-client'],
});

/** The product: operator and balancer. Its bundles in dist/ come from scripts/build.ts. */
export const productImage: ImageDefinition = {
  name: 'gatewaypool.test/gatewaypool:dev',
  containerfile: join(repository, 'Containerfile'),
  directory: repository,
  files: ['dist/operator.cjs', 'dist/balancer.cjs'],
  debianPackages: ['busybox-static', 'libc6', 'libstdc++6'],
  node: true,
};

/** Images that every cluster has from its start. */
export const clusterImages: readonly ImageDefinition[] = [pauseImage, clientImage, gatewaySshImage, gatewayWebImage];

/** By the last part of its name, such as `gateway-ssh`; throws with the names that there are. */
export function imageNamed(name: string): ImageDefinition {
  const all = [...clusterImages, productImage];
  const shortName = (image: ImageDefinition) => image.name.replace(/^.*\/|:.*$/g, '');
  const found = all.find((image) => shortName(image) === name);
  if (found === undefined) throw new Error(`there is no image "${name}"; there are: ${all.map(shortName).join(', ')}`);
  return found;
}
