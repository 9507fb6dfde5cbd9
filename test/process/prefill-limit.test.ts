/** What `LLAMA_REWARD_PREFILL` limits, each in a child process because kernels are chosen once per process. */
import { execFileSync } from "node:child_process";
import path from "node:path";

import { expect, it } from "vitest";

import { loadAddonDetails } from "../../lib/score/native/binding.js";
import { listDevices } from "../../lib/score/native/devices.js";

const { file, libraries } = loadAddonDetails();

/** What the addon says of its start with the variable set. */
function initialize(limit: string): unknown {
  const script = path.join(import.meta.dirname, "children", "initialize.mjs");
  const output = execFileSync(process.execPath, [script], {
    env: {
      ...process.env,
      LLAMA_REWARD_PREFILL: limit,
      LLAMA_REWARD_TEST: JSON.stringify({ file, libraries }),
    },
    encoding: "utf8",
  });
  return JSON.parse(output);
}

it("an empty name limits nothing, off turns the kernels off", () => {
  if (process.env["LLAMA_REWARD_PREFILL"] === undefined)
    expect(initialize("")).toMatchObject({ prefill: listDevices().prefill });
  expect(initialize("off")).toMatchObject({ prefill: "" });
});

// Elsewhere there are no kernels to choose from.
it.runIf(listDevices().prefill !== "")("another name is refused with those there are", () => {
  expect(initialize("avx")).toEqual({
    code: "INVALID_ARGUMENT",
    message:
      'The environment variable LLAMA_REWARD_PREFILL is "avx". It may be one of amx, avx512bf16, avx512, avx2, off, or unset.',
  });
});
