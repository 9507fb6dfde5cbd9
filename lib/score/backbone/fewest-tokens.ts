/** Rows of a tile of ggml's CPU flash attention (`ggml_fa_tile_config::Q`, llama.cpp v0.5.0). */
const TILE_TOKENS = 64;

/**
 * Decodes of fewer tokens than this lose precision. ggml's CPU flash attention computes a tile of tokens in float32, but sums the
 * values of an f16 cache in half precision when there is no whole tile (`ggml_compute_forward_flash_attn_ext_f16`, llama.cpp
 * v0.5.0): over 1,400 cells of random weights the hidden state was then off by 0.7 to 1.8 % instead of 0.1 %.
 * @returns 0 where it makes no difference: nothing is computed on the CPU, or the cache is f32
 */
export function fewestTokens(kvType: "f16" | "f32", hasCpuLayers: boolean): number {
  return kvType === "f16" && hasCpuLayers ? TILE_TOKENS : 0;
}
