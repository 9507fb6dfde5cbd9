/** @type {readonly import("./judge.mjs").KnownLimit[]} */
export const WINDOWS_LIMITS = [];
