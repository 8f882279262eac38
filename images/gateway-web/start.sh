#!/bin/sh
# Serves on port 8080
#   GET /          the name of this instance
#   GET /healthz   ok
#   GET /wait      the name of this instance, after a minute
#   WebSocket /ws  says its name, then sends each line back with its name before it
#   WebSocket /ssh an SSH client: lines go to a shell on the target, its output comes back
# The configuration that the pool's instances share is one text, in the variable GATEWAY_CONFIG or in the file GATEWAY_CONFIG_FILE
# (default /etc/gateway/config). It holds
#   - a line "target USER@HOST PORT" and an OpenSSH private key, for /ssh; without them, /ssh says so and ends.
set -eu
umask 077
mkdir -p /tmp/gateway /tmp/pages
cd /tmp/gateway

config=${GATEWAY_CONFIG:-$(cat "${GATEWAY_CONFIG_FILE:-/etc/gateway/config}" 2>/dev/null || true)}
echo "$config" | sed -n 's/^target  *//p' >target
echo "$config" | sed -n '/^-----BEGIN OPENSSH PRIVATE KEY-----$/,/^-----END OPENSSH PRIVATE KEY-----$/p' >key
unset GATEWAY_CONFIG

hostname >/tmp/pages/index.html
echo ok >/tmp/pages/healthz
exec websocketd --port=8080 --loglevel=error --staticdir=/tmp/pages --cgidir=/gateway/pages --dir=/gateway/sessions
