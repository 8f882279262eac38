/** Where a leader election reports to. `src/kube/metrics` turns it into `leader_election_master_status`. */
export interface LeaderElectionMetrics {
  leading(isLeading: boolean): void;
}
