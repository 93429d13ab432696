#!/bin/sh
# Makes sure that there is what the tests behind the build tag interop need, beside
# Go: Python with PyTorch and NumPy, which are Debian's, and with what requirements.txt
# names; and Node with onnxruntime. What is not Debian's goes into two folders beside this file that
# git ignores:
#
#   venv/bin/python   a Python that sees Debian's packages, with pyarrow, tract, which
#                     knows float32 alone, and an onnx that has the reference;
#                     engine/export and server/artifact test with it
#   node_modules      onnxruntime-node, whose library is inside the package
#
# GNLLVIZ_PYTHON names another Python that has all of these, and then none is made.
set -eu
cd "$(dirname "$0")"
# Debian's PyTorch has an older ONNX in it, which must come second.
all='import onnx.reference, torch, numpy, pyarrow.parquet, tract'
if [ -n "${GNLLVIZ_PYTHON:-}" ]; then
	"$GNLLVIZ_PYTHON" -c "$all"
else
	if ! /usr/bin/python3 -c 'import torch, numpy, venv, ensurepip' 2>/dev/null; then
		if ! command -v apt-get >/dev/null; then
			echo "set GNLLVIZ_PYTHON to a Python with what requirements.txt names, torch and numpy" >&2
			exit 1
		fi
		as_root=
		[ "$(id -u)" = 0 ] || as_root=sudo
		$as_root apt-get update -qq
		$as_root apt-get install -y -qq --no-install-recommends python3-torch python3-numpy python3-venv
	fi
	if ! venv/bin/python -c "$all" 2>/dev/null; then
		rm -rf venv
		/usr/bin/python3 -m venv --system-site-packages venv
		venv/bin/pip install --quiet --disable-pip-version-check --requirement requirements.txt
		venv/bin/python -c "$all"
	fi
fi
if ! node -e "require('onnxruntime-node')" 2>/dev/null; then
	npm ci --ignore-scripts --no-audit --no-fund
fi
