#!/bin/sh
# Makes sure that there is qemu's user emulation: what is installed, or Debian's.
set -eu
if command -v qemu-x86_64-static >/dev/null && command -v qemu-aarch64-static >/dev/null; then
	exit 0
fi
if ! command -v apt-get >/dev/null; then
	echo "install qemu's static user emulation (qemu-x86_64-static, qemu-aarch64-static)" >&2
	exit 1
fi
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update -qq
$as_root apt-get install -y -qq --no-install-recommends qemu-user-static
