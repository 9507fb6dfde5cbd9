import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { CROSS } from "../compile.mjs";
import { needDebian } from "../debian.mjs";
import { fetchNode } from "./node.mjs";

const QEMU = "qemu-aarch64-static";
/** Debian's libraries for arm64, which the cross-compiler comes with. */
const LIBRARIES = "/usr/aarch64-linux-gnu";
const OUTPUT_BYTES = 1 << 28;

/**
 * Node for Linux on arm64, under qemu.
 * @param {string} line 20 or 22
 * @param {string} cpu qemu's name: `cortex-a76` has no SVE, as most; `max` has all there is
 * @returns {import("./emulator.mjs").Emulator}
 */
export function openQemu(line, cpu) {
  needDebian({ "qemu-user-static": QEMU, "g++-aarch64-linux-gnu": "aarch64-linux-gnu-g++" });
  const launcher = writeLauncher(path.join(fetchNode("linux-arm64", line), "node"), cpu);
  return { name: "linux-arm64", run: (args, options) => runLauncher(launcher, args, options) };
}

/** One program, for children of the emulated Node. */
function writeLauncher(node, cpu) {
  const folder = path.join(CROSS, "qemu");
  mkdirSync(folder, { recursive: true });
  const launcher = path.join(folder, `node-${path.basename(path.resolve(node, "../../.."))}-${cpu}`);
  const preload = path.join(import.meta.dirname, "emulated-exec-path.cjs");
  const command = [QEMU, "-cpu", cpu, "-L", LIBRARIES, node, "--require", preload];
  writeFileSync(launcher, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(" ")} "$@"\n`);
  chmodSync(launcher, 0o755);
  return launcher;
}

function runLauncher(launcher, args, { cwd, env, limitMs } = {}) {
  const { status, stdout, stderr, error } = spawnSync(launcher, args, {
    cwd,
    env: { ...process.env, ...env, LLAMA_REWARD_EMULATED_NODE: launcher },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    timeout: limitMs,
    killSignal: "SIGKILL",
    maxBuffer: OUTPUT_BYTES,
  });
  return { status, stdout, stderr, isLate: error?.code === "ETIMEDOUT" };
}
