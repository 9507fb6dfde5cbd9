import { cudaCodeOf, type CudaCode } from "../../formats/cuda-code.js";
import type { NativeBackendInfo } from "./native-addon.js";

/** An NVIDIA GPU that the CUDA library has no machine code for: its driver compiles the library's PTX, once. */
export interface CompiledAtFirstUse {
  /** llama.cpp's name, e.g. `CUDA0`. */
  device: string;
  /** Compute capability, e.g. `9.0`. */
  capability: string;
  /** Those that the library has machine code for. */
  machineCode: readonly string[];
  /** Whether there is PTX that the driver can compile for it; without, the device cannot compute. */
  hasPtx: boolean;
}

/** As ggml-cuda of llama.cpp 0.4.0 and 0.5.0 logs its devices (ggml_cuda_init). */
const DEVICE = /^\s*Device (\d+): .*, compute capability (\d+)\.(\d+)/;

/** GPUs that will not compute before minutes of compiling, by what each CUDA library holds. */
export function compiledAtFirstUse(backends: NativeBackendInfo["gpuBackends"]): CompiledAtFirstUse[] {
  return backends.flatMap(({ file, log }) => {
    const devices = log.flatMap((line) => {
      const [, index, major, minor] = DEVICE.exec(line) ?? [];
      return index === undefined ? [] : [{ index, chip: 10 * Number(major) + Number(minor) }];
    });
    if (devices.length === 0) return [];
    const code = readCode(file);
    // Where nothing can be read nothing is claimed.
    if (code === undefined || code.machine.length + code.ptx.length === 0) return [];
    return devices
      .filter(({ chip }) => !code.machine.some((built) => runs(built, chip)))
      .map(({ index, chip }) => ({
        device: `CUDA${index}`,
        capability: capability(chip),
        machineCode: code.machine.map(capability),
        hasPtx: code.ptx.some((built) => built <= chip),
      }));
  });
}

/**
 * Machine code runs on chips of the same major number and a minor one as large or larger. Source: CUDA C++ Programming Guide, "Binary
 * Compatibility".
 */
function runs(built: number, chip: number): boolean {
  return Math.floor(built / 10) === Math.floor(chip / 10) && built <= chip;
}

function capability(chip: number): string {
  return `${Math.floor(chip / 10)}.${chip % 10}`;
}

function readCode(file: string): CudaCode | undefined {
  try {
    return cudaCodeOf(file);
  } catch {
    return undefined;
  }
}

/** What to know, and what to do, about such a GPU. */
export function firstUseAdvice({ device, capability, machineCode, hasPtx }: CompiledAtFirstUse): string {
  const has = `${device} has compute capability ${capability}; the CUDA library has machine code for ${machineCode.join(", ")}`;
  const build = `LLAMA_REWARD_BUILD=source GGML_CUDA=ON CMAKE_CUDA_ARCHITECTURES=${capability.replace(".", "")} npm run build:native`;
  return hasPtx
    ? `${has}: the driver compiles it at the first use, which takes minutes and a driver no older than the library's CUDA, and keeps ` +
        `the result (~/.nv/ComputeCache). Code for this GPU: in a clone, ${build}`
    : `${has}, and nothing that the driver could compile for it. Build it in a clone: ${build}`;
}
