/** Absolute paths of llama.cpp's shared libraries, and the folders searched for backends. */
export interface NativeLibraries {
  ggmlBase: string;
  ggml: string;
  llama: string;
  backendDirectories: readonly string[];
}

export interface NativeBackendInfo {
  /** Version the opened library reports. */
  version: string;
  /** Registered backends, e.g. `["CPU"]`, `["CUDA", "CPU"]`. */
  backends: string[];
  /** The instruction set that the prefill backend computes with; empty where it does not run. */
  prefill: string;
  /** The one that it uses where `fast` is asked for; empty where it has nothing faster. */
  fastPrefill: string;
  /** CPU features the CPU backend uses, e.g. `{ AVX512: "1" }`. */
  features: Record<string, string>;
  /** GPU backend libraries that are in use, and what each said of its devices as it was loaded. */
  gpuBackends: { file: string; log: string[] }[];
  /** GPU backend libraries that were found but could not be used: path and reason, e.g. a missing CUDA runtime. */
  failures: string[];
}

/** Something that computes, as llama.cpp sees it. Memory is in bytes, 0 where the backend does not tell. */
export interface NativeDevice {
  /** llama.cpp's name, e.g. `CPU`, `CUDA0`. */
  name: string;
  description: string;
  backend: string;
  kind: "cpu" | "gpu" | "integrated-gpu" | "accelerator";
  memoryTotalBytes: number;
  memoryFreeBytes: number;
}
