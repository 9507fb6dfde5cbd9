import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { run } from "../../native/run.mjs";
import { CROSS } from "../compile.mjs";
import { needDebian } from "../debian.mjs";
import { fetchNode } from "./node.mjs";

/** Debian's launcher named `wine` also wants the 32-bit half. */
const WINE = "/usr/lib/wine/wine64";
const PREFIX = path.join(CROSS, "wine");
const SETTINGS = {
  WINEPREFIX: PREFIX,
  WINEARCH: "win64",
  WINEDEBUG: "-all",
  // No offer to download .NET and a browser engine.
  WINEDLLOVERRIDES: "mscoree=;mshtml=",
};
const SETUP_LIMIT_MS = 180_000;

/**
 * Node for Windows, under Wine.
 * @param {string} line 20 or 22
 * @returns {import("./emulator.mjs").Emulator & { node: string }} `node` is its program
 */
export function openWine(line) {
  needDebian({ wine64: WINE, "g++-mingw-w64-x86-64-posix": "x86_64-w64-mingw32-g++-posix" });
  preparePrefix();
  const node = path.join(fetchNode("win-x64", line), "node.exe");
  return { name: "win32-x64", node, run: (args, options) => runWine([node, ...args], options) };
}

/**
 * Runs a Windows program. Its output goes through files: Wine gives libuv no pipes as standard streams.
 * @param {readonly string[]} command
 * @param {import("./emulator.mjs").RunOptions} [options]
 */
export function runWine(command, { cwd, env, limitMs } = {}) {
  const work = mkdtempSync(path.join(tmpdir(), "wine-"));
  const files = ["out", "err"].map((name) => path.join(work, name));
  const handles = files.map((file) => openSync(file, "w"));
  try {
    const { status, error } = spawnSync(WINE, command, {
      cwd,
      env: { ...process.env, ...SETTINGS, ...env },
      stdio: ["ignore", ...handles],
      timeout: limitMs,
      killSignal: "SIGKILL",
    });
    const [stdout, stderr] = files.map((file) => readFileSync(file, "utf8"));
    return { status, stdout, stderr, isLate: error?.code === "ETIMEDOUT" };
  } finally {
    for (const handle of handles) closeSync(handle);
    rmSync(work, { recursive: true, force: true });
  }
}

/** Wine's own folder of a Windows 10. */
function preparePrefix() {
  const system = path.join(PREFIX, "drive_c", "windows", "system32");
  const stub = path.join(system, "bcryptprimitives.dll");
  if (existsSync(stub)) return;
  mkdirSync(PREFIX, { recursive: true });
  wineSetup(["wineboot", "--init"]);
  wineSetup(["reg", "add", "HKCU\\Software\\Wine", "/v", "Version", "/d", "win10", "/f"]);
  if (existsSync(stub)) return;
  const source = path.join(import.meta.dirname, "bcryptprimitives.cc");
  run("x86_64-w64-mingw32-g++-posix", ["-shared", "-static", "-s", "-o", stub, source, "-ladvapi32"]);
}

function wineSetup(command) {
  const { status, stderr } = runWine(command, { limitMs: SETUP_LIMIT_MS });
  if (status !== 0) throw new Error(`wine ${command.join(" ")} failed (${status}): ${stderr}`);
}
