/** The gateway's container in its pod. */
export const gatewayContainerName = 'gateway';

/** The sidecar in a gateway's pod. */
export const balancerContainerName = 'balancer';

/** Volumes whose names begin with this are the operator's: the sidecar's token and state, the configuration. */
export const ownVolumePrefix = 'gatewaypool-';
