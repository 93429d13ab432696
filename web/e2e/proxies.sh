#!/bin/sh
# Makes sure that there are nginx and Caddy for the tests behind a proxy: those that
# are installed, or Debian's, which it installs. The tests start their own.
set -eu
export PATH="$PATH:/usr/sbin"
missing=
for name in nginx caddy; do
	command -v "$name" >/dev/null || missing="$missing $name"
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null; then
	echo "the tests behind a proxy need$missing: install them" >&2
	exit 1
fi
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root apt-get install -y -qq --no-install-recommends $missing
