/** @type {readonly import("./judge.mjs").KnownLimit[]} */
export const ARM64_LIMITS = [];
