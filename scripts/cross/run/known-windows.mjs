/** @type {readonly import("./judge.mjs").KnownLimit[]} */
export const WINDOWS_LIMITS = [
  {
    reason: "Wine 8 makes a link to itself, and then finds nothing under its name",
    tests: ["test/model/checkpoint/wrong-folder.test.ts > a link to itself in place of a checkpoint"],
  },
  {
    reason:
      "llama.cpp's kernels, the only ones for Windows, round activations to 8 bits; with them it fails on Linux, too",
    tests: [
      "test/convert/fitting/quantize-records.test.ts > holds a bound, and what it says is what scoring gives",
    ],
  },
];

/** @type {readonly import("./judge.mjs").KnownLimit[]} */
export const WINDOWS_LEFT_OUT = [
  { reason: "Wine 8 connects no sockets", tests: ["test/convert/hub-model.test.ts"] },
  {
    reason: "takes minutes, for what V8's heap holds, which is the same everywhere",
    tests: ["test/eval/memory.test.ts"],
  },
];
