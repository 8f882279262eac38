/** What a condition says, and each reason it may have: the contract with scripts, dashboards and health checks that match on reasons. */
export interface ConditionContract {
  readonly meaning: string;
  /** Reason to what it means and what happens next. Each belongs to one status. */
  readonly reasons: Readonly<
    Record<string, { readonly status: 'True' | 'False' | 'Unknown'; readonly meaning: string }>
  >;
}

/**
 * All conditions of a pool. Ready, Reconciling and Stalled are those of kstatus
 * (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md), so that Argo CD, Flux and `kubectl wait` understand a
 * pool without knowing it. All of them are set at the first visit.
 */
export const conditions = {
  Ready: {
    meaning: 'Every wanted instance is ready.',
    reasons: {
      AllReady: { status: 'True', meaning: 'All wanted instances are ready. Surplus instances do not change this.' },
      NoneWanted: { status: 'True', meaning: 'The pool wants no instance in the cluster.' },
      InstancesStarting: { status: 'False', meaning: 'Instances are starting; nothing to do.' },
      InstancesNotReady: { status: 'False', meaning: 'Instances have been ready and are not; see the slots.' },
      WaitingForSeats: {
        status: 'False',
        meaning: 'Wanted instances wait until seats are free. A seat is free when an instance has ended.',
      },
      Replacing: {
        status: 'False',
        meaning:
          'Instances are being replaced, or take no new sessions before they are; the others serve. See RollingOut and the slots.',
      },
      ConfigInvalid: { status: 'False', meaning: 'No instance may start with this configuration; see ConfigValid.' },
      TLSInvalid: { status: 'False', meaning: 'No instance may start with the Secrets of a listener; see TLSValid.' },
      Stalled: {
        status: 'False',
        meaning:
          'The operator cannot go on until someone acts; see Stalled. Also while all instances are ready, if they are not what the spec asks for: the message says so, and Available says whether anybody serves.',
      },
      Paused: { status: 'False', meaning: 'Wanted instances are missing, and the operator is told to change nothing.' },
    },
  },
  Reconciling: {
    meaning: 'The operator is still making the cluster match the spec.',
    reasons: {
      InProgress: { status: 'True', meaning: 'Changes are under way; the message says which.' },
      Settled: { status: 'False', meaning: 'Nothing is left to do.' },
      Waiting: { status: 'False', meaning: 'The operator waits for someone else: a person, a session, a seat.' },
      Paused: { status: 'False', meaning: 'spec.paused is true.' },
      Stalled: { status: 'False', meaning: 'The operator cannot go on; see Stalled.' },
    },
  },
  Stalled: {
    meaning: 'The operator cannot go on until someone changes something. Running instances go on.',
    reasons: {
      SpecInvalid: { status: 'True', meaning: 'The spec breaks a rule; the message names field and rule.' },
      TemplateRefused: {
        status: 'True',
        meaning: 'spec.template says what a guarantee forbids; the message names the field.',
      },
      ObjectRefused: {
        status: 'True',
        meaning: "The API server refuses an object of the pool; the message is the API server's own.",
      },
      NameTaken: {
        status: 'True',
        meaning:
          'An object that is not of this pool has a name that the pool needs. It is not touched; the message says which and what to do.',
      },
      RevisionFailed: {
        status: 'True',
        meaning:
          'Instances with the current image, template and configuration do not become ready. The rollout stopped at the first of them; the message has the reason of its pod, and what to do.',
      },
      NotStalled: { status: 'False', meaning: 'Nothing is in the way.' },
    },
  },
  Available: {
    meaning: 'At least one instance in the cluster serves.',
    reasons: {
      SomeReady: { status: 'True', meaning: 'At least one instance is ready.' },
      NoneReady: { status: 'False', meaning: 'No instance is ready; see the slots.' },
    },
  },
  RollingOut: {
    meaning: 'Instances run that were made from an older image, template or configuration, or were replaced just now.',
    reasons: {
      Replacing: {
        status: 'True',
        meaning: 'An instance is being replaced, or the next one waits until all others are available.',
      },
      WaitingForIdle: {
        status: 'True',
        meaning:
          'The instance that goes next has sessions, or their number is not known; the message says which and how many.',
      },
      WaitingForDelete: {
        status: 'True',
        meaning: 'Policy OnDelete: outdated instances run until someone stops them.',
      },
      WaitingForNode: {
        status: 'True',
        meaning: 'A node of the pool is cordoned, so no instance on another node is replaced.',
      },
      CapExceeded: { status: 'True', meaning: 'No instance is replaced while more run than the cap allows.' },
      RevisionFailed: {
        status: 'True',
        meaning: 'The current revision failed in one slot, which went back; the others are left alone. See Stalled.',
      },
      Blocked: {
        status: 'True',
        meaning: 'No instance may start now, so none is stopped for a replacement; the message says why.',
      },
      Paused: { status: 'True', meaning: 'spec.paused is true.' },
      UpToDate: { status: 'False', meaning: 'All instances are current.' },
    },
  },
  CapExceeded: {
    meaning:
      'More seats are taken than the cap allows, because it was lowered or external instances were added. The operator stops none.',
    reasons: {
      SurplusInstances: {
        status: 'True',
        meaning: 'The message says how many, and how to stop one by hand. None of them is replaced when it ends.',
      },
      WithinCap: { status: 'False', meaning: 'The seats taken are within the cap.' },
    },
  },
  Paused: {
    meaning: 'The operator observes and reports, and changes nothing.',
    reasons: {
      PausedByUser: { status: 'True', meaning: 'spec.paused is true.' },
      NotPaused: { status: 'False', meaning: 'spec.paused is false.' },
    },
  },
  ConfigValid: {
    meaning:
      'The configuration in the Secret may be started with. False: no instance starts, running ones go on; it heals when the Secret is mended.',
    reasons: {
      Valid: { status: 'True', meaning: 'The value keeps all rules of its format.' },
      SecretNotFound: { status: 'False', meaning: 'There is no Secret of that name in the namespace.' },
      KeyNotFound: { status: 'False', meaning: 'The Secret has no such key.' },
      Empty: { status: 'False', meaning: 'The value is empty.' },
      NotText: {
        status: 'False',
        meaning: 'The value goes into an environment variable, which holds UTF-8 text without NUL only.',
      },
      TooLong: { status: 'False', meaning: 'The value is longer than Linux allows for an environment variable.' },
      NotBase64: { status: 'False', meaning: 'The value is not base64.' },
      NotJson: { status: 'False', meaning: 'The value is base64, but not of a JSON object.' },
      FieldInvalid: {
        status: 'False',
        meaning: 'A field of the JSON object is missing or breaks its rule; the message names field and rule.',
      },
      NotRead: { status: 'Unknown', meaning: 'The Secret could not be read; the message says why.' },
    },
  },
  TLSValid: {
    meaning:
      'Clients can be served with the Secrets that listeners name. False: no instance starts or is replaced, but for Expired, and running ones go on with what they have; it heals when the Secret is mended.',
    reasons: {
      Valid: {
        status: 'True',
        meaning: 'All Secrets have what is asked of them. The message says which certificate expires first.',
      },
      NotUsed: { status: 'True', meaning: 'No listener names a Secret.' },
      Expired: {
        status: 'False',
        meaning: 'A certificate has expired: clients refuse it. Instances start all the same.',
      },
      SecretNotFound: { status: 'False', meaning: 'A Secret of that name is not in the namespace.' },
      KeyNotFound: { status: 'False', meaning: 'A Secret has not the key that is needed of it.' },
      NotPem: { status: 'False', meaning: 'A value is no certificate, or no private key, in PEM.' },
      KeyMismatch: { status: 'False', meaning: 'A private key is not that of the certificate beside it.' },
      NotRead: { status: 'Unknown', meaning: 'A Secret could not be read; the message says why.' },
    },
  },
} as const satisfies Record<string, ConditionContract>;

export type ConditionType = keyof typeof conditions;
export type ReasonOf<T extends ConditionType> = keyof (typeof conditions)[T]['reasons'] & string;

/** The order in which conditions are written. */
export const conditionTypes = [
  'Ready',
  'Reconciling',
  'Stalled',
  'Available',
  'RollingOut',
  'CapExceeded',
  'Paused',
  'ConfigValid',
  'TLSValid',
] as const satisfies readonly ConditionType[];

/** The status that a condition has with a reason. */
export function statusOf<T extends ConditionType>(type: T, reason: ReasonOf<T>): 'True' | 'False' | 'Unknown' {
  const contract: ConditionContract = conditions[type];
  return contract.reasons[reason]?.status ?? 'Unknown';
}
