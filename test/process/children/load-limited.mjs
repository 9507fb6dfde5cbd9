// Loads the model mapped into memory, with half a terabyte of address space, and prints the code of the error.
import { execFileSync } from "node:child_process";
import process from "node:process";

import { loadAddon, modelPath } from "./addon.mjs";

const addon = loadAddon();
execFileSync("prlimit", ["--pid", String(process.pid), `--as=${2 ** 39}`]);
try {
  await addon.loadModel({ path: modelPath, gpuLayers: 0, devices: [], useMmap: true }).result;
} catch (error) {
  process.stdout.write(error.code);
}
