import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

import { releaseForPlatform, ROOT } from "../../native/llama-release.mjs";
import { run } from "../../native/run.mjs";
import { CROSS, headersFolder } from "../compile.mjs";

/** What a run before may have left and this one uses again. */
const KEPT = ["node_modules", "lock"];

/**
 * A clone as it would stand on the target: this one's files and compiled TypeScript, the cross-built addons, and dependencies for the
 * target. For tests, which write into their clone.
 * @param {import("../targets.mjs").Target} target
 * @returns {string} the folder
 */
export function stageClone(target) {
  const clone = path.join(CROSS, target.name, "clone");
  mkdirSync(clone, { recursive: true });
  for (const name of readdirSync(clone))
    if (!KEPT.includes(name)) rmSync(path.join(clone, name), { recursive: true, force: true });
  // A CI's container owns no clone: git would refuse to read it.
  const git = ["-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"];
  const listed = execFileSync("git", git, {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  for (const file of listed.split("\0"))
    if (file !== "" && existsSync(path.join(ROOT, file)))
      cpSync(path.join(ROOT, file), path.join(clone, file));
  cpSync(path.join(ROOT, "dist"), path.join(clone, "dist"), { recursive: true });
  cpSync(path.join(CROSS, target.name, "Release"), path.join(clone, "build", "Release"), { recursive: true });
  cpSync(
    headersFolder(releaseForPlatform(target.os, target.cpu)),
    path.join(clone, "build", "llama.cpp", "headers"),
    {
      recursive: true,
    },
  );
  installDependencies(clone, target);
  return clone;
}

/** Of the same versions as here: the lockfile has those of all platforms. */
function installDependencies(clone, target) {
  const lock = readFileSync(path.join(ROOT, "package-lock.json"), "utf8");
  const installed = path.join(clone, "lock");
  if (existsSync(installed) && readFileSync(installed, "utf8") === lock) return;
  rmSync(installed, { force: true });
  const platform = [`--os=${target.os}`, `--cpu=${target.cpu}`];
  run("npm", ["ci", ...platform, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"], {
    cwd: clone,
  });
  linkBundler(clone);
  writeFileSync(installed, lock);
}

/** vitest's own native parts for this machine, which compiles TypeScript where only tests are emulated. */
function linkBundler(clone) {
  for (const scope of ["", "@rolldown"])
    for (const name of readdirSync(path.join(ROOT, "node_modules", scope))) {
      const link = path.join(clone, "node_modules", scope, name);
      if (/^(binding|lightningcss)-/.test(name) && !existsSync(link))
        symlinkSync(path.join(ROOT, "node_modules", scope, name), link);
    }
}
