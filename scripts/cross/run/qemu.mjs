import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { CROSS } from "../compile.mjs";
import { needDebian } from "../debian.mjs";
import { fetchNode } from "./node.mjs";

const QEMU = "qemu-aarch64-static";
const COMPILER = "aarch64-linux-gnu-g++";
const PRELOAD = path.join(import.meta.dirname, "emulated-exec-path.cjs");
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
  needDebian({ "qemu-user-static": QEMU, "g++-aarch64-linux-gnu": COMPILER });
  const node = path.join(fetchNode("linux-arm64", line), "node");
  const emulated = [QEMU, "-cpu", cpu, "-L", LIBRARIES];
  const programs = writeLauncher(`run-${cpu}`, emulated);
  const launcher = writeLauncher(`node-${line}-${cpu}`, [...emulated, node, "--require", PRELOAD]);
  const env = {
    LLAMA_REWARD_EMULATED_NODE: launcher,
    // For tests that compile a program and run it.
    LLAMA_REWARD_EMULATOR: programs,
    CXX: COMPILER,
    // Of random ones, which take a hundred times as long here.
    PREFILL_CASES: "30",
  };
  const start = (program, args, options) =>
    runLimited(program, args, { ...options, env: { ...options?.env, ...env } });
  return {
    name: "linux-arm64",
    run: (args, options) => start(launcher, args, options),
    runForks: (args, options) => start(process.execPath, ["--require", PRELOAD, ...args], options),
  };
}

/** A program of one word, which is what starts the children of an emulated one. */
function writeLauncher(name, command) {
  const folder = path.join(CROSS, "qemu");
  mkdirSync(folder, { recursive: true });
  const launcher = path.join(folder, name);
  writeFileSync(launcher, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(" ")} "$@"\n`);
  chmodSync(launcher, 0o755);
  return launcher;
}

/** What takes too long is ended with all that it has started, by `timeout`'s process group. */
function runLimited(program, args, { cwd, env, limitMs = 0 }) {
  const { status, signal, stdout, stderr } = spawnSync(
    "timeout",
    ["--signal=KILL", String(limitMs / 1000), program, ...args],
    {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
      maxBuffer: OUTPUT_BYTES,
    },
  );
  return { status, stdout, stderr, isLate: signal === "SIGKILL" };
}
