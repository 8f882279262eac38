import { z } from 'zod';

/** Said of a pool that has no such hook: found now, and not when the first session is cut off. */
export const hookMissing =
  'with Template, the container gateway of spec.template needs a preStop hook, or nothing would wait for sessions: add lifecycle.preStop to it, or remove hook to have the sidecar wait; to cut sessions off at once, set spec.drain.deadlineSeconds to 0';

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
      'What makes Kubernetes wait before it stops the gateway of a terminating pod. Sidecar: the sidecar, until the sessions are over or the deadline is reached. Template: the preStop hook that `template` has to give to the container of the gateway then; nothing else waits for sessions.',
    ),
});
export type DrainSettings = z.infer<typeof DrainSettings>;
