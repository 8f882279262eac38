/** The images that the demo runs. With a cluster of your own, name images that its nodes can pull or already have. */
export const images = {
  product: process.env['GATEWAYPOOL_IMAGE'] ?? 'gatewaypool.test/gatewaypool:dev',
  ssh: process.env['GATEWAYPOOL_SSH_IMAGE'] ?? 'gatewaypool.test/gateway-ssh:1',
  web: process.env['GATEWAYPOOL_WEB_IMAGE'] ?? 'gatewaypool.test/gateway-web:1',
  client: process.env['GATEWAYPOOL_CLIENT_IMAGE'] ?? 'gatewaypool.test/client:1',
} as const;
