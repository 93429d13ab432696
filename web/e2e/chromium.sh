#!/bin/sh
# Makes sure that there is a Chromium for the browser tests: the one that
# CHROMIUM names, one that is installed, or Debian's, which it installs.
set -eu
if [ -n "${CHROMIUM:-}" ]; then
	command -v "$CHROMIUM" >/dev/null && exit 0
	echo "CHROMIUM is $CHROMIUM, which is not there" >&2
	exit 1
fi
if [ -x /usr/bin/chromium-headless-shell ]; then
	exit 0
fi
if ! command -v apt-get >/dev/null; then
	[ ! -x /usr/bin/chromium ] || exit 0
	echo "the browser tests need Chromium: install it, or set CHROMIUM to its path" >&2
	exit 1
fi
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update -qq
# The shell takes half of the processor's time; an older Debian has the whole browser only.
$as_root apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-dejavu-core ||
	$as_root apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
