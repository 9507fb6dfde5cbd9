#!/bin/sh
# Builds two programs that need nothing beside them, for a look at a processor: `peak` (peak.cc says what it prints) and
# `operations`, the comparisons of test/native/prefill with double arithmetic (float weights only).
# Usage: bench/prefill/build.sh FOLDER [FLAG...], after `npm run build:native`. With EMULATE=1 AMX is done in software.
set -e
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$1
shift
mkdir -p "$folder"
headers=$root/build/llama.cpp/headers
common="-std=c++17 -O2 -DLLAMA_REWARD_X86_KERNELS -I$headers/include -I$headers/ggml/include -I$headers/ggml/src $*"
if [ -n "$EMULATE" ]; then
  common="$common -DLLAMA_REWARD_TILES=\"$root/test/native/prefill/emulated_tiles.h\""
fi
# As CMakeLists.txt compiles them.
avx512="-O3 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma -mprefer-vector-width=512 -w"

compile() {
  file=$1
  shift
  # shellcheck disable=SC2086
  "${CXX:-c++}" $common "$@" -c "$root/$file" -o "$folder/$(basename "$file" .cc).o"
}
compile native/prefill/kernels_avx2.cc -O3 -mavx2 -mfma -mf16c
# shellcheck disable=SC2086
{
  compile native/prefill/kernels_avx512.cc $avx512
  compile native/prefill/kernels_avx512bf16.cc $avx512 -mavx512bf16
  compile native/prefill/kernels_amx.cc $avx512 -mavx512bf16
}
for name in matmul inputs row_source attention attention_products attention_floats attention_parts mask gelu cpu; do
  compile native/prefill/$name.cc
done
compile bench/prefill/peak.cc -w -mavx512f
compile test/native/prefill/operations.cc -DLLAMA_REWARD_FLOATS_ONLY
kernels="$folder/kernels_avx2.o $folder/kernels_avx512.o $folder/kernels_avx512bf16.o $folder/kernels_amx.o"
# shellcheck disable=SC2086
"${CXX:-c++}" -static $* $kernels "$folder/matmul.o" "$folder/inputs.o" "$folder/row_source.o" "$folder/cpu.o" "$folder/peak.o" -o "$folder/peak" -lpthread
# shellcheck disable=SC2086
"${CXX:-c++}" -static $* $kernels "$folder/matmul.o" "$folder/inputs.o" "$folder/row_source.o" "$folder/attention.o" "$folder/attention_products.o" "$folder/attention_floats.o" \
  "$folder/attention_parts.o" "$folder/mask.o" "$folder/gelu.o" "$folder/cpu.o" \
  "$folder/operations.o" -o "$folder/operations" -lpthread
