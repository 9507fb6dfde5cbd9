import { listDevices, type DeviceReport } from "../../score/native/devices.js";
import { firstUseAdvice } from "../../score/native/first-use.js";
import { missingLibraryAdvice } from "../../score/native/missing-libraries.js";
import type { NativeDevice } from "../../score/native/native-addon.js";
import type { CliIo } from "../terminal/cli-io.js";
import type { OutputOptions } from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { bytes, table } from "../terminal/table.js";

export async function devices(io: CliIo, options: OutputOptions): Promise<number> {
  const report = listDevices();
  await printLine(io.stdout, options.json === true ? JSON.stringify(report) : describe(report));
  return EXIT.ok;
}

function describe({
  llamaVersion,
  backends,
  features,
  prefill,
  fastPrefill,
  devices: found,
  compiledAtFirstUse,
  failures,
  missingLibraries: missing,
  install,
}: DeviceReport): string {
  const used = Object.keys(features).join(" ");
  const rows = found.map(({ name, kind, description, memoryTotalBytes, memoryFreeBytes }) => [
    name,
    kind,
    description,
    memoryTotalBytes > 0 ? `${bytes(memoryFreeBytes)} free of ${bytes(memoryTotalBytes)}` : "",
  ]);
  return [
    `llama.cpp ${llamaVersion}, backends: ${backends.join(", ")}`,
    ...(used === "" ? [] : [`CPU features: ${used}`]),
    prefill === ""
      ? "Prefill: llama.cpp's own kernels (ours need an arm64 processor, or an x86-64 one with AVX2, and a build by GCC or Clang)"
      : `Prefill on the CPU: own kernels for ${prefill}; with --precision fast ${fastPrefill === "" ? "the same" : `for ${fastPrefill}, in bfloat16`}`,
    table([["device", "kind", "description", "memory"], ...rows]),
    ...chooseHint(found),
    ...compiledAtFirstUse.map(firstUseAdvice),
    ...failures.map((failure) => `Not usable: ${failure}`),
    ...missing.map((name) => missingLibraryAdvice(name)),
    ...install.map(({ backend, command }) => `For ${NAMES[backend] ?? backend}: ${command}`),
  ].join("\n");
}

/** How to use one of several GPUs. */
function chooseHint(devices: readonly NativeDevice[]): string[] {
  const gpus = devices.filter(({ kind }) => kind === "gpu" || kind === "integrated-gpu");
  const [first, second] = gpus.map(({ name }) => name);
  if (first === undefined) return [];
  const one = `Choose with --device ${first}`;
  return [
    second === undefined ? `${one}, or --device cpu.` : `${one}, or several: --device ${first},${second}.`,
  ];
}

const NAMES: Readonly<Record<string, string>> = {
  cuda: "NVIDIA GPUs (with the CUDA 13 runtime; -ext: CUDA 12)",
  vulkan: "other GPUs (Vulkan)",
};
