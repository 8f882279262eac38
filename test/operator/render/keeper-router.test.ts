import { describe, expect, it } from '@jest/globals';
import { Sessions } from '../../../src/balancer/config/schema.ts';
import { keeperRouters } from '../../../src/operator/render/keeper-router.ts';

describe('keeperRouters', () => {
  it('names the router of every region of the vendor, by address and port', () => {
    expect(keeperRouters).toEqual([
      { host: 'connect.keepersecurity.com.', port: 443 },
      { host: 'connect.keepersecurity.eu.', port: 443 },
      { host: 'connect.keepersecurity.com.au.', port: 443 },
      { host: 'connect.keepersecurity.ca.', port: 443 },
      { host: 'connect.keepersecurity.jp.', port: 443 },
      { host: 'connect.keepersecurity.us.', port: 443 },
    ]);
  });

  it('leaves room for as many peers as a user may name', () => {
    const users = Array.from({ length: 32 }, (_, index) => ({ host: `peer-${index}.example`, port: 443 }));

    expect(Sessions.parse({ source: 'Kernel', ignore: [...keeperRouters, ...users] }).ignore).toHaveLength(38);
  });
});
