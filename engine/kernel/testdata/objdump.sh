#!/bin/sh
# Makes sure that there is a disassembler that knows arm64's vectors: what is installed, or
# Debian's.
set -eu
if command -v aarch64-linux-gnu-objdump >/dev/null; then
	exit 0
fi
if ! command -v apt-get >/dev/null; then
	echo "install binutils for aarch64-linux-gnu (aarch64-linux-gnu-objdump)" >&2
	exit 1
fi
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update -qq
$as_root apt-get install -y -qq --no-install-recommends binutils-aarch64-linux-gnu
