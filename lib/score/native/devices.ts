import { loadAddonDetails } from "./binding.js";
import { fromNative } from "./from-native.js";
import { compiledAtFirstUse, type CompiledAtFirstUse } from "./first-use.js";
import { missingLibraries } from "./missing-libraries.js";
import { findPackage } from "./package-files.js";
import { addonPackage, llamaPackages } from "./platform.js";
import type { NativeDevice } from "./native-addon.js";

/** What can compute here, and what would add more. */
export interface DeviceReport {
  /** Version of the llama.cpp libraries that are open. */
  llamaVersion: string;
  /** Registered backends, e.g. `["CUDA", "CPU"]`. */
  backends: readonly string[];
  /** CPU features that the CPU backend uses, e.g. `{ AVX512: "1" }`. */
  features: Readonly<Record<string, string>>;
  /**
   * Instruction set of the kernels that compute products and attention to float32's precision on the CPU, e.g. `AVX-512`; empty where
   * the processor has none that they are written for.
   */
  prefill: string;
  /** Instruction set of those for `precision: "fast"`, e.g. `AVX512-BF16`; empty where the processor has none, and fast means exact. */
  fastPrefill: string;
  devices: readonly NativeDevice[];
  /** NVIDIA GPUs that the installed library holds no machine code for, so that their first use takes minutes. */
  compiledAtFirstUse: readonly CompiledAtFirstUse[];
  /** GPU libraries that are installed but cannot be used, each with the reason. */
  failures: readonly string[];
  /** Libraries of the system that those lack, by name. */
  missingLibraries: readonly string[];
  /** Commands that add a backend. */
  install: readonly { backend: string; command: string }[];
}

/**
 * Lists the backends and devices that scoring can use here, and how to add more.
 * @throws AddonLoadError `ADDON_NOT_FOUND`, `ADDON_INCOMPATIBLE`
 * @example
 * ```ts
 * import { listDevices } from "llama-reward";
 *
 * for (const { name, kind, memoryFreeBytes } of listDevices().devices) console.log(name, kind, memoryFreeBytes);
 * ```
 */
export function listDevices(): DeviceReport {
  const { addon, backend } = loadAddonDetails();
  try {
    return {
      llamaVersion: backend.version,
      backends: backend.backends,
      features: backend.features,
      prefill: backend.prefill,
      fastPrefill: backend.fastPrefill,
      devices: addon.devices(),
      compiledAtFirstUse: compiledAtFirstUse(backend.gpuBackends),
      failures: backend.failures,
      missingLibraries: missingLibraries(backend.failures),
      install: installable(),
    };
  } catch (error) {
    throw fromNative(error);
  }
}

/** GPU packages of this platform that are not installed, in the version that fits the installed base package. */
function installable(): DeviceReport["install"] {
  const { base, gpu } = llamaPackages();
  const version = findPackage(base, addonPackage())?.version;
  if (version === undefined) return [];
  const packagesOf = (backend: string): string[] => gpu.filter((name) => name.includes(`-${backend}`));
  return ["cuda", "vulkan"].flatMap((backend) => {
    const packages = packagesOf(backend);
    if (
      packages.length === 0 ||
      packages.every((name) => findPackage(name, addonPackage())?.version === version)
    )
      return [];
    return [{ backend, command: `npm install ${packages.map((name) => `${name}@${version}`).join(" ")}` }];
  });
}
