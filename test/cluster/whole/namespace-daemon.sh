#!/bin/sh
# Starts a daemon in a namespace and returns. The caller has entered the PID (and network) namespace already, not the mount namespace.
# namespace-daemon.sh RECORD-FILE LOG-FILE PID-OF-NAMESPACE-INIT COMMAND…
record=$1 log=$2 init=$3
shift 3
(
  # /proc is still the machine's: field 1 is the pid that the machine knows, field 22 the start time; exec keeps both.
  read -r stat </proc/self/stat
  # shellcheck disable=SC2086
  echo $stat | { read -r pid _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ start _; echo "$pid $start" >"$record.new"; }
  mv "$record.new" "$record"
  # PATH is explicit: containerd must find runc and its shim, kube-proxy nft, iptables and conntrack.
  exec setsid nsenter -t "$init" -m -- env -i PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin HOME=/root "$@"
) </dev/null >>"$log" 2>&1 &
