import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

import { run } from "../native/run.mjs";

/**
 * Installs the Debian packages whose program is missing. Without the rights it says which ones to install.
 * @param {Readonly<Record<string, string>>} programs name or whole path of a program, by package
 */
export function needDebian(programs) {
  const missing = Object.entries(programs)
    .filter(([, program]) => findProgram(program) === undefined)
    .map(([name]) => name);
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${missing.join(" ")}`;
  if (process.getuid?.() !== 0)
    throw new Error(`Missing here: ${missing.join(", ")}. Run as root: ${command}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update", "-qq"], { env });
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], { env });
}

/** The path of a program, if there is one. */
export function findProgram(name) {
  const folders = path.isAbsolute(name) ? [""] : (process.env.PATH ?? "").split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

/**
 * The interpreter of a Python environment with the packages of `requirements.txt`.
 * @returns {string}
 */
export function needPython(folder) {
  const script = path.join(import.meta.dirname, "../python/venv.mjs");
  const requirements = path.join(import.meta.dirname, "requirements.txt");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, requirements, folder], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The Python packages of ${requirements} cannot be had: ${stderr}`);
  return stdout.trim();
}
