import type { ResolvedSpec } from '../../api/resolve.ts';

/** keeper/gateway 1.7.6 is the first release whose instances can share one configuration. */
const firstSharing = [1, 7, 6] as const;

/**
 * Whether several instances of this image can run with one configuration. A tag that is no version (`latest`, a digest) gets the
 * benefit of the doubt: the vendor's router refuses what it cannot serve.
 */
export function sharesConfiguration({ profile, image }: Pick<ResolvedSpec, 'profile' | 'image'>): boolean {
  const version = profile === 'Keeper' ? tagVersion(image) : undefined;
  return version === undefined || !isOlder(version, firstSharing);
}

/** `registry:5000/keeper/gateway:1.7.5-amd64@sha256:…` to [1, 7, 5]. */
function tagVersion(image: string): readonly number[] | undefined {
  const withoutDigest = image.split('@')[0] ?? '';
  const match = /:v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+.][\w.+-]*)?$/u.exec(withoutDigest);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  for (const [index, part] of than.entries()) {
    const own = version[index] ?? 0;
    if (own !== part) return own < part;
  }
  return false;
}
