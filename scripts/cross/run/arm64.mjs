// `npm run test:arm64`: the cross-built addon under qemu, with Node for Linux on arm64. Rewards must be near this machine's, and the tests
// of what depends on a platform must pass.
//
//   npm run test:arm64 -- [--node 20|22] [--cpu cortex-a76|max] [--only outputs|tests] [folder or test file…]

import { parseArgs } from "node:util";

import { ROOT } from "../../native/llama-release.mjs";
import { TARGETS } from "../targets.mjs";
import { compareNumbers } from "./compare.mjs";
import { HERE } from "./here.mjs";
import { checkKernels } from "./kernels.mjs";
import { ARM64_LIMITS } from "./known-arm64.mjs";
import { collectOutputs, EXAMPLE_MODELS, TINY_MODELS } from "./outputs.mjs";
import { openQemu } from "./qemu.mjs";
import { stageClone } from "./stage.mjs";
import { runTests } from "./tests.mjs";

/** Few pairs of the larger models: a token takes a hundred times as long. */
const COMPARED = [
  // By default, with our own kernels and an f32 cache: NEON's beside AVX's.
  { models: TINY_MODELS, options: [], pairCount: 3, tolerance: 1e-4 },
  // llama.cpp's kernels on 16-bit weights, whose products are summed in half precision, as those with an f16 cache are where there is no
  // SVE. Among more records than go into one batch the difference depends on how they are cut.
  { models: TINY_MODELS, options: ["--prefill", "off", "--kv-type", "f32"], pairCount: 3, tolerance: 0.02 },
  { models: TINY_MODELS, options: ["--prefill", "off", "--kv-type", "f16"], pairCount: 3, tolerance: 0.02 },
  // Quantized weights, for which llama.cpp rounds activations to 8 bits: the bound that test/example-models.test.ts has for its kernels.
  {
    models: EXAMPLE_MODELS,
    options: ["--prefill", "off", "--kv-type", "f16"],
    pairCount: 3,
    tolerance: 0.25,
  },
];
const KERNELS = ["NEON"];
/** What is compiled for the processor, and a little of what is not. */
const FOLDERS = [
  "test/native",
  "test/score/head",
  "test/check/verify-tensors.test.ts",
  "test/convert/trainer-layouts.test.ts",
];

const { values, positionals } = parseArgs({
  options: {
    node: { type: "string", default: "22" },
    cpu: { type: "string", default: "cortex-a76" },
    only: { type: "string" },
  },
  allowPositionals: true,
});
const wants = (part) => values.only === undefined || values.only === part;

try {
  const target = TARGETS.find(({ name }) => name === "linux-arm64");
  const qemu = openQemu(values.node, values.cpu);
  const clone = stageClone(target);
  const problems = wants("outputs")
    ? [...checkKernels(qemu, clone, KERNELS), ...compareOutputs(qemu, clone)]
    : [];
  for (const problem of problems) console.log(problem);
  const isGood =
    !wants("tests") || runTests(qemu, clone, positionals.length > 0 ? positionals : FOLDERS, ARM64_LIMITS);
  if (problems.length > 0 || !isGood) throw new Error("arm64 is not as it should be.");
} catch (error) {
  console.error(`test:arm64: ${error.message}`);
  process.exitCode = 1;
}

function compareOutputs(qemu, clone) {
  return COMPARED.flatMap(({ tolerance, ...what }) => {
    const expected = collectOutputs(HERE, ROOT, what);
    const { largest, problems } = compareNumbers(expected, collectOutputs(qemu, clone, what), tolerance);
    console.log(`${[...what.models, ...what.options].join(" ")}: numbers within ${largest.toPrecision(2)}`);
    return problems;
  });
}
