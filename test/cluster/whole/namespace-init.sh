#!/bin/sh
# PID 1 of a cluster's or a node's namespaces: says who it is, makes its own /proc and /run, reaps orphans, stays.
# namespace-init.sh RECORD-FILE READY-FILE
set -e

# /proc is still the machine's, so this is the pid that the machine knows (field 1) and the start time (field 22).
read -r stat </proc/self/stat
record=$1 ready=$2
# shellcheck disable=SC2086
set -- $stat
echo "$1 ${22}" >"$record.new"
mv "$record.new" "$record"

mount -t proc proc /proc
# An own /run: CNI's network namespaces, containerd's sockets, xtables.lock.
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock /run/netns
touch "$ready"

set +e
trap : TERM INT HUP
while :; do
  sleep 86400 &
  wait $!
done
