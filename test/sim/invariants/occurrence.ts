import type { PoolView } from '../../../src/balancer/endpoints/pool-view.ts';
import type { OrderedDrain } from '../../../src/operator/plan/observation.ts';
import type { SimDeployment } from '../cluster/objects.ts';
import type { Process } from '../cluster/process.ts';
import type { Cause, Session } from '../cluster/sessions.ts';
import type { SimTemplate } from '../cluster/template.ts';
import type { Intent } from '../operator/intent.ts';

/** Something that guarantees are asserted on, told at the moment it happens. */
export type Occurrence =
  | { readonly kind: 'GatewayStarted'; readonly process: Process }
  | { readonly kind: 'SlotCreated'; readonly slot: string; readonly template: SimTemplate; readonly intent: Intent }
  /** Before the Deployment goes. */
  | { readonly kind: 'SlotDeleted'; readonly deployment: SimDeployment; readonly intent: Intent }
  /** Before the template is another one. */
  | {
      readonly kind: 'SlotRolled';
      readonly deployment: SimDeployment;
      readonly template: SimTemplate;
      readonly intent: Intent;
    }
  | {
      readonly kind: 'DrainsWritten';
      readonly added: readonly OrderedDrain[];
      readonly removed: readonly OrderedDrain[];
      readonly intent: Intent;
    }
  | {
      readonly kind: 'SessionsCut';
      readonly process: Process;
      readonly sessions: readonly Session[];
      readonly cause: Cause;
    }
  /** A sidecar chose a gateway for new work, from what it knew. */
  | {
      readonly kind: 'WorkSent';
      readonly entry: Process;
      readonly gateway: Process;
      readonly view: PoolView;
      /** Pods that it knows to take no new work by order. */
      readonly draining: ReadonlySet<string>;
      /** Its own pod, when that drains. */
      readonly leaving: string | undefined;
    };
