import { z } from 'zod';

/** How long an instance may take to end, and who makes the kubelet wait for it. */
export const DrainSettings = z.object({
  deadlineSeconds: z
    .int32()
    .min(0)
    .max(86_400)
    .default(3600)
    .describe(
      'How long an instance that is to stop may take to finish its sessions, in seconds; then they are cut off, and an Event says how many. 0: at once. The grace period of the pods is this and 60 s more; a change takes effect with the next pod of a slot.',
    ),
  hook: z
    .enum(['Sidecar', 'Template'])
    .default('Sidecar')
    .describe(
      'What makes Kubernetes wait before it stops the gateway of a terminating pod. Sidecar: the sidecar, until the sessions are over or the deadline is reached. Template: the preStop hook that `template` gives to the container of the gateway, if any; nothing else waits for sessions then.',
    ),
});
export type DrainSettings = z.infer<typeof DrainSettings>;
