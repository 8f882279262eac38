import { z } from 'zod';
import type { Rule } from './rule.ts';
import { withRules } from './rule.ts';

const waitOnlyForIdle: Rule<{ policy: string; maxWaitSeconds?: number | undefined }> = {
  cel: "!has(self.maxWaitSeconds) || self.policy == 'OnIdle'",
  message: 'only policy OnIdle waits for sessions to end: remove maxWaitSeconds, or set OnIdle',
  at: '.maxWaitSeconds',
  reason: 'FieldValueForbidden',
  holds: ({ policy, maxWaitSeconds }) => maxWaitSeconds === undefined || policy === 'OnIdle',
};

/** How a change of image, template or configuration reaches the instances that run. */
export const RolloutSettings = withRules(
  z.object({
    policy: z
      .enum(['OnIdle', 'Rolling', 'OnDelete'])
      .default('OnIdle')
      .describe(
        'When running instances are replaced after a change of image, template or configuration, one at a time. OnIdle: an instance is drained, which means that it gets no new sessions, and is replaced when its last session is over, however long that takes; a pool with one ready instance does not drain it, and waits until it has no sessions. An instance of a pool without listeners cannot be kept from taking new sessions and is replaced when it happens to have none. Rolling: an instance is drained and replaced when its last session is over or drain.deadlineSeconds have passed. OnDelete: only when someone stops it, by the annotation pam.gatewaypool.io/stop on the Deployment of its slot, or deletes that Deployment; a deleted pod comes back as it was.',
      ),
    minReadySeconds: z
      .int32()
      .min(0)
      .max(3600)
      .default(5)
      .describe('How long a new instance must have been ready before the next one is replaced, in seconds.'),
    progressDeadlineSeconds: z
      .int32()
      .min(1)
      .max(86_400)
      .default(600)
      .describe(
        'How long a new instance may take to become ready, in seconds; the time that it waits for its seat does not count. After that, or when its gateway has ended three times, the rollout stops and the slot goes back to what it ran before.',
      ),
    maxWaitSeconds: z
      .int32()
      .min(0)
      .max(2_592_000)
      .optional()
      .describe(
        'How long policy OnIdle waits for the sessions of an instance to end, in seconds; then it goes on like Rolling, and the drain may take drain.deadlineSeconds more. Absent: for ever. Example: `86400`.',
      ),
  }),
  waitOnlyForIdle,
);
export type RolloutSettings = z.infer<typeof RolloutSettings>;
