import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { clusterImages, imageNamed, productImage } from './definitions.ts';

const images = [...clusterImages, productImage];

describe('the images', () => {
  it.each(images)('$name runs as a user that is not root, given by number', ({ containerfile }) => {
    expect(readFileSync(containerfile, 'utf8')).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
  });

  it.each(images.filter((image) => image.debianPackages !== undefined))(
    '$name takes its base image as an argument, with a public one as the default',
    ({ containerfile }) => {
      expect(readFileSync(containerfile, 'utf8')).toMatch(
        /^ARG BASE_IMAGE=docker\.io\/library\/\S+\nFROM \$\{BASE_IMAGE\}$/m,
      );
    },
  );

  it('have a tag other than latest, so that a kubelet never pulls them', () => {
    expect(images.filter((image) => /:(latest)?$/.test(image.name) || !image.name.includes(':'))).toEqual([]);
  });

  it('are found by their short names', () => {
    expect(images.map((image) => imageNamed(image.name.replace(/^.*\/|:.*$/g, '')))).toEqual(images);
    expect(() => imageNamed('gateway')).toThrow('there is no image "gateway"; there are: pause, client, gateway-ssh');
  });
});
