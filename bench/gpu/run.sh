#!/bin/sh
# Unpacks the bundle beside this script, and runs it; what follows goes to bench/gpu/run.ts. Needs tar with xz; for CUDA its compiler, cmake,
# ninja and python3, where PyTorch and transformers make a peer more. No Node, no npm, no network.
# Usage: sh run.sh [--device cpu] [--out FOLDER] [--seconds 480]; WORK names a folder with 20 GB of room.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${WORK:-$(mktemp -d)}
mkdir -p "$work"
tar -C "$work" -xJf "$here/bundle.tar.xz"
exec "$work/node" "$work/llama-reward/build/bench/gpu/run.js" --work "$work/work" --out "$here/results" "$@"
