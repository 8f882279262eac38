/** The images that the tests, the benchmarks and the demo run. With a cluster of your own, name ones that its nodes have or can pull. */
export const images = {
  product: process.env['GATEWAYPOOL_IMAGE'] ?? 'gatewaypool.test/gatewaypool:dev',
  ssh: process.env['GATEWAYPOOL_SSH_IMAGE'] ?? 'gatewaypool.test/gateway-ssh:1',
  web: process.env['GATEWAYPOOL_WEB_IMAGE'] ?? 'gatewaypool.test/gateway-web:1',
  client: process.env['GATEWAYPOOL_CLIENT_IMAGE'] ?? 'gatewaypool.test/client:1',
} as const;

/** Their next releases: the same programs under another tag. */
export const nextImages = {
  product: process.env['GATEWAYPOOL_NEXT_IMAGE'] ?? 'gatewaypool.test/gatewaypool:next',
  ssh: process.env['GATEWAYPOOL_NEXT_SSH_IMAGE'] ?? 'gatewaypool.test/gateway-ssh:2',
  web: process.env['GATEWAYPOOL_NEXT_WEB_IMAGE'] ?? 'gatewaypool.test/gateway-web:2',
} as const;
