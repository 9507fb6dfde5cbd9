import { outputOf } from "./emulator.mjs";
import { CLI } from "./outputs.mjs";

const LIMIT_MS = 120_000;

/**
 * Which kernels the default takes.
 * @param {import("./emulator.mjs").Emulator} emulator
 * @param {string} clone
 * @param {readonly string[]} wanted names of instruction sets
 * @returns {string[]} what is wrong
 */
export function checkKernels(emulator, clone, wanted) {
  const text = outputOf(emulator, [CLI, "devices", "--json"], { cwd: clone, limitMs: LIMIT_MS });
  const { prefill, features } = JSON.parse(text);
  const cpu = Object.keys(features).join(" ");
  console.log(`${emulator.name}: own kernels for ${prefill}; llama.cpp's use ${cpu}`);
  return wanted.includes(prefill)
    ? []
    : [`the default's kernels are for ${prefill}, not for ${wanted.join(" or ")}`];
}
