#!/bin/sh
# Starts sshd with the configuration that the pool's instances share: one text, in the variable GATEWAY_CONFIG or in the file
# GATEWAY_CONFIG_FILE (default /etc/gateway/config). It holds
#   - lines of an authorized_keys file: who may log in as user "gateway" (at least one);
#   - an OpenSSH private key: the host key of every instance, so that clients see one host. Without it each instance makes its own.
set -eu
umask 077
mkdir -p /tmp/gateway
cd /tmp/gateway

config=${GATEWAY_CONFIG:-$(cat "${GATEWAY_CONFIG_FILE:-/etc/gateway/config}")}
private_key='/^-----BEGIN OPENSSH PRIVATE KEY-----$/,/^-----END OPENSSH PRIVATE KEY-----$/'
echo "$config" | sed "${private_key}d" | grep -v '^ *$' >authorized_keys || {
  echo "gateway-ssh: the configuration holds no authorized key: nobody could log in" >&2
  exit 1
}
rm -f host_key
echo "$config" | sed -n "${private_key}p" >host_key
[ -s host_key ] || { rm host_key; ssh-keygen -q -t ed25519 -N '' -f host_key; }
unset GATEWAY_CONFIG

# OpenSSH 9.8 and newer block an address after some broken connections; behind a balancer that address is everybody's.
penalties='-o PerSourcePenalties=no'
/usr/sbin/sshd -t -f /gateway/sshd_config $penalties 2>/dev/null || penalties=

# The full path: sshd starts itself again for each connection.
exec /usr/sbin/sshd -D -e -f /gateway/sshd_config $penalties
