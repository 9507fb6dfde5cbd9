/** @type {readonly import("./judge.mjs").KnownLimit[]} */
export const WINDOWS_LIMITS = [
  {
    reason: "Wine 8 makes a link to itself, and then finds nothing under its name",
    tests: ["test/model/checkpoint/wrong-folder.test.ts > a link to itself in place of a checkpoint"],
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
