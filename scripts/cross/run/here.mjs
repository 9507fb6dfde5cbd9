import { spawnSync } from "node:child_process";

const OUTPUT_BYTES = 1 << 28;

/**
 * This machine's own Node, to be held beside emulated ones.
 * @type {import("./emulator.mjs").Emulator}
 */
export const HERE = {
  name: "here",
  run(args, { cwd, env, limitMs } = {}) {
    const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
      timeout: limitMs,
      maxBuffer: OUTPUT_BYTES,
    });
    return { status, stdout, stderr, isLate: error?.code === "ETIMEDOUT" };
  },
};
