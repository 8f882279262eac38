/**
 * Shows the product's main job on the cluster of KUBECONFIG, with the real commands and what they really print. Each chapter can be read
 * alone; every claim is checked, and the demo ends with an error when one does not hold.
 */
import { lowerTheMaximum } from './chapters/lower-the-maximum.ts';
import { deleteAPod } from './chapters/delete-a-pod.ts';
import { createPools } from './chapters/create-pools.ts';
import { installOperator } from './chapters/install-operator.ts';
import { killAGateway } from './chapters/kill-a-gateway.ts';
import { lowerTheReplicas } from './chapters/lower-the-replicas.ts';
import { lookAround } from './chapters/look-around.ts';
import { sendRequests } from './chapters/send-requests.ts';
import { openSessions } from './chapters/open-sessions.ts';
import { rollOutAnImage } from './chapters/roll-out-an-image.ts';
import { stopTheSurplus } from './chapters/stop-the-surplus.ts';

await installOperator();
await createPools();
await openSessions();
await sendRequests();
await killAGateway();
await lowerTheMaximum();
await stopTheSurplus();
await rollOutAnImage();
await lowerTheReplicas();
await deleteAPod();
lookAround();
