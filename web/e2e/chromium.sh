#!/bin/sh
# Makes sure that there is a Chromium for the browser tests: the one that
# CHROMIUM names, one that is installed, or Debian's, which it installs.
set -eu
if command -v "${CHROMIUM:-chromium}" >/dev/null; then
	exit 0
fi
if [ -n "${CHROMIUM:-}" ]; then
	echo "CHROMIUM is $CHROMIUM, which is not there" >&2
	exit 1
fi
if ! command -v apt-get >/dev/null; then
	echo "the browser tests need Chromium: install it, or set CHROMIUM to its path" >&2
	exit 1
fi
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update -qq
$as_root apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
