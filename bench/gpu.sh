#!/usr/bin/env bash
# Runs the benchmark on a CUDA machine, beside llama.cpp itself and, where python3 has torch and transformers, beside Hugging
# Face transformers on the same GPU, all in turns. With CUDA's compiler (and cuBLAS's headers) it builds llama.cpp's CUDA backend for
# this machine's GPU and processor only; without, it installs the package for all GPUs, 143 MB.
# Usage: bench/gpu.sh [options of `llama-reward bench`, e.g. --runs 7 --json]
set -euo pipefail
cd "$(dirname "$0")/.."

command -v nvidia-smi >/dev/null || { echo "No NVIDIA driver here: nvidia-smi is missing." >&2; exit 2; }
nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader >&2

npm install --no-audit --no-fund >&2
if command -v nvcc >/dev/null; then
  export LLAMA_REWARD_BUILD=source GGML_CUDA=ON GGML_NATIVE=ON
  CMAKE_CUDA_ARCHITECTURES="$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | head -n 1 | tr -d .)"
  export CMAKE_CUDA_ARCHITECTURES
else
  version="$(node -p 'require("./package.json").optionalDependencies["@node-llama-cpp/linux-x64"]')"
  npm install --no-save --no-audit --no-fund "@node-llama-cpp/linux-x64-cuda@$version" >&2
fi
npm run build >&2

exec node dist/cli/main.js bench --device cuda "$@"
