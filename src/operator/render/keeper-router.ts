/**
 * The routers of keeper/gateway's vendor, one for each region (com, eu, com.au, ca, jp, and us for the US government): the gateway
 * keeps a WebSocket to the one of its region open for as long as it runs, so these connections are no sessions. All are named, because
 * the region is known only from the configuration, which is a secret. The relays (`krelay.…`) are left out: what runs there is a session.
 * https://docs.keeper.io/en/secrets-manager/secrets-manager/password-rotation/security/router-security
 *
 * Entries of `sessions.ignore` of the sidecar. A name that ends in a dot is looked up without the search domains of the cluster.
 */
export const keeperRouters = ['com', 'eu', 'com.au', 'ca', 'jp', 'us'].map((region) => ({
  host: `connect.keepersecurity.${region}.`,
  port: 443,
}));
