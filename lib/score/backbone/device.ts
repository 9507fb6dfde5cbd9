import { InvalidArgumentError } from "../../errors.js";
import type { NativeDevice } from "../native/native-addon.js";

/**
 * What to compute on. `auto`: the best GPU there is, else the CPU; `cpu`; a backend (`cuda`, `metal`, `vulkan`); one GPU of a
 * backend by its number (`cuda:1`) or by its name as `devices` prints it (`CUDA1`); several of these with commas. Of several
 * GPUs as many are used as it takes to hold the model.
 */
export type DeviceChoice = string;

/** llama.cpp's names of the backends (`ggml_backend_reg_name`, v0.5.0; a ROCm build of the CUDA backend has its own). */
const BACKEND_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ["cuda", ["CUDA", "ROCm"]],
  ["metal", ["MTL", "Metal"]],
  ["vulkan", ["Vulkan"]],
]);

/**
 * The GPUs that may be used, best first; none for the CPU. Those of `auto` and of a backend are of one backend: another one
 * may show the same hardware again.
 * @throws InvalidArgumentError the device asked for is not there
 */
export function chooseDevices(choice: DeviceChoice, devices: readonly NativeDevice[]): NativeDevice[] {
  if (choice.toLowerCase() === "cpu") return [];
  const gpus = devices.filter(isGpu);
  if (choice === "auto") return alike(gpus.filter((gpu) => !isSeenTwice(gpu, gpus)));
  return [...new Set(choice.split(",").flatMap((part) => find(part.trim(), gpus, devices)))];
}

function find(
  choice: string,
  gpus: readonly NativeDevice[],
  devices: readonly NativeDevice[],
): NativeDevice[] {
  const named = gpus.find(({ name }) => name.toLowerCase() === choice.toLowerCase());
  if (named !== undefined) return [named];
  const [backend = "", number, ...rest] = choice.toLowerCase().split(":");
  const names = BACKEND_NAMES.get(backend);
  if (names === undefined || rest.length > 0 || (number !== undefined && !/^\d+$/.test(number))) {
    throw new InvalidArgumentError(
      `Expected auto, cpu, ${[...BACKEND_NAMES.keys()].join(", ")}, one of the last with a number (cuda:1), or the name of a ` +
        `GPU for device but received ${choice}. ${found(devices)}`,
      { details: { device: choice } },
    );
  }
  const ofBackend = gpus.filter((gpu) => names.includes(gpu.backend));
  const chosen =
    number === undefined ? alike(ofBackend) : ofBackend.slice(Number(number), Number(number) + 1);
  if (chosen.length > 0) return chosen;
  throw new InvalidArgumentError(
    `There is no ${choice} device. ${found(devices)} Run \`llama-reward devices\` to see what is usable here and what to ` +
      "install for more.",
    { details: { device: choice, devices: devices.map(({ name }) => name) } },
  );
}

/** Sorted by preference, and only those that share work with the best one: same backend, memory of their own. */
function alike(gpus: readonly NativeDevice[]): NativeDevice[] {
  const [best, ...others] = [...gpus].sort(byPreference);
  if (best === undefined) return [];
  return [best, ...others.filter(({ backend, kind }) => backend === best.backend && kind === "gpu")];
}

/** Whether Vulkan shows a GPU (drivers give it one name) that has a backend of its own, which is faster. */
function isSeenTwice({ backend, description }: NativeDevice, gpus: readonly NativeDevice[]): boolean {
  const isVulkan = (name: string): boolean => name === "Vulkan";
  return (
    isVulkan(backend) && gpus.some((other) => !isVulkan(other.backend) && other.description === description)
  );
}

function isGpu({ kind }: NativeDevice): boolean {
  return kind === "gpu" || kind === "integrated-gpu";
}

/** Own memory before shared memory, then more free memory. */
function byPreference(a: NativeDevice, b: NativeDevice): number {
  if (a.kind !== b.kind) return a.kind === "gpu" ? -1 : 1;
  return b.memoryFreeBytes - a.memoryFreeBytes;
}

function found(devices: readonly NativeDevice[]): string {
  return `Found: ${devices.map(({ name, backend }) => `${name} (${backend})`).join(", ")}.`;
}
