/** The pod's emptyDir in the sidecar: what is written there lives as long as the pod. */
export const stateFolder = '/var/lib/gatewaypool';

/** The sidecar's preStop hook makes this file in it: the kubelet runs the hook at the very beginning of a pod's end. */
export const endingFileName = 'ending';
