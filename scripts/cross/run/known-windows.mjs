/** @type {readonly import("./judge.mjs").KnownLimit[]} */
export const WINDOWS_LIMITS = [
  {
    reason: "Wine 8 makes a link to itself, and then finds nothing under its name",
    tests: ["test/model/checkpoint/wrong-folder.test.ts > a link to itself in place of a checkpoint"],
  },
];
