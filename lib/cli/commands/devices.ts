import { fromNative } from "../../score/native/from-native.js";
import { loadAddonDetails } from "../../score/native/binding.js";
import { findPackage } from "../../score/native/package-files.js";
import { addonPackage, llamaPackages } from "../../score/native/platform.js";
import type { NativeDevice } from "../../score/native/types.js";
import type { CliCommand } from "../command.js";
import type { CliIo } from "../cli-io.js";
import { addOutputOptions, type OutputOptions } from "../command-options.js";
import { EXIT } from "../exit.js";
import { printLine } from "../line-writer.js";
import { missingLibraries, missingLibraryAdvice } from "../missing-libraries.js";
import { bytes, table } from "../table.js";

/** What can compute here, and what would add more. */
interface DeviceReport {
  llamaVersion: string;
  backends: readonly string[];
  features: Readonly<Record<string, string>>;
  devices: readonly NativeDevice[];
  /** GPU libraries that are installed but cannot be used, each with the reason. */
  failures: readonly string[];
  /** Libraries of the system that those lack, by name. */
  missingLibraries: readonly string[];
  /** Commands that add a backend. */
  install: readonly { backend: string; command: string }[];
}

/** `devices`: backends found, devices, memory, what to install for more. */
export const devicesCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("devices")
      .summary("what can compute here, and what to install for more")
      .description("Lists the backends and devices that scoring can use, their memory, and how to add more.");
    addOutputOptions(command, "print one JSON object").action(act(devices));
  },
};

async function devices(io: CliIo, options: OutputOptions): Promise<number> {
  const report = readDevices();
  await printLine(io.stdout, options.json === true ? JSON.stringify(report) : describe(report));
  return EXIT.ok;
}

function readDevices(): DeviceReport {
  const { addon, backend } = loadAddonDetails();
  try {
    return {
      llamaVersion: backend.version,
      backends: backend.backends,
      features: backend.features,
      devices: addon.devices(),
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

function describe({
  llamaVersion,
  backends,
  features,
  devices: found,
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
    table([["device", "kind", "description", "memory"], ...rows]),
    ...chooseHint(found),
    ...failures.map((failure) => `Not usable: ${failure}`),
    ...missing.map(missingLibraryAdvice),
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
