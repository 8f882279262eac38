/** Names that every chapter uses. */
export const scene = {
  operatorNamespace: 'gatewaypool-system',
  namespace: 'gatewaypool-demo',
  /** The pool of SSH bastions. */
  bastion: 'bastion',
  /** The pool of HTTP and WebSocket gateways. */
  web: 'web',
  client: { namespace: 'gatewaypool-demo', name: 'client' },
} as const;
