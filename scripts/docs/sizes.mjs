// Measures what `npm install` downloads and what lies on the disk afterwards, and writes README.md's table of it.
//
//   npm run build && npm run pack:platform && npm run pack:main -- --allow-missing
//   node scripts/docs/sizes.mjs            measures and writes; needs the npm registry, a minute or two
//
// Each installation has an empty cache of its own: what is in it afterwards is what was downloaded.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { format, resolveConfig } from "prettier";
import { currentPlatform, packageName, tarballName } from "../pack/platforms.mjs";

const ROOT = path.resolve(import.meta.dirname, "../..");
const PAGE = path.join(ROOT, "README.md");
/** `<!-- table: sizes -->` … `<!-- end -->` */
const TABLE = /(<!-- table: sizes -->\n)[^]*?(<!-- end -->)/;
const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));

const work = mkdtempSync(path.join(os.tmpdir(), "llama-reward-sizes-"));
try {
  const rows = [packed(), clone(), firstBuild()];
  const lines = [["", "downloaded", "on the disk"], ["---", "---", "---"], ...rows].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
  const before = readFileSync(PAGE, "utf8");
  if (!TABLE.test(before)) throw new Error("README.md has no place for the table of sizes.");
  const after = before.replace(TABLE, (_, start, end) => `${start}\n${lines.join("\n")}\n\n${end}`);
  writeFileSync(PAGE, await format(after, { ...(await resolveConfig(PAGE)), filepath: PAGE }));
  console.log(lines.join("\n"));
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The packed release in an empty project: its own tarballs are not on a registry yet, the rest comes from one. */
function packed() {
  const platform = currentPlatform();
  const packages = path.join(ROOT, "build/packages");
  const tarballs = [tarballName(version), tarballName(version, platform)].map((name) =>
    path.join(packages, name),
  );
  const missing = tarballs.find((tarball) => !existsSync(tarball));
  if (missing !== undefined) throw new Error(`${missing} is missing: run pack:platform and pack:main first.`);
  const project = path.join(work, "packed");
  const dependencies = {
    "llama-reward": `file:${tarballs[0]}`,
    [packageName(platform)]: `file:${tarballs[1]}`,
  };
  mkdirSync(project);
  writeFileSync(path.join(project, "package.json"), JSON.stringify({ private: true, dependencies }));
  const cache = install(project, []);
  // npm keeps a copy of the two in its cache, too.
  const modules = path.join(project, "node_modules");
  const [all, llama, models] = [
    modules,
    path.join(modules, platform.llama),
    path.join(modules, "llama-reward/examples/models"),
  ].map(sizeOf);
  return [
    "the packed release, as a dependency",
    megabytes(sizeOf(cache)),
    `${megabytes(all)}, of which llama.cpp ${megabytes(llama)} and the two example models ${megabytes(models)}; no install script runs`,
  ];
}

/** What `npm install` brings into a clone: the packages of its lock file. */
function clone() {
  const project = path.join(work, "clone");
  mkdirSync(project);
  for (const name of ["package.json", "package-lock.json"])
    cpSync(path.join(ROOT, name), path.join(project, name));
  const cache = install(project, ["--ignore-scripts"]);
  return [
    "a clone, with all development tools",
    megabytes(sizeOf(cache)),
    megabytes(sizeOf(path.join(project, "node_modules"))),
  ];
}

/** The source bundle, which a build has fetched before this runs. */
function firstBuild() {
  const folder = path.join(ROOT, ".cache");
  const bundle = readdirSync(folder).find((name) => /^node-llama-cpp-.*\.tgz$/.test(name));
  if (bundle === undefined) throw new Error("There is no source bundle in .cache/: run npm run build first.");
  const size = megabytes(statSync(path.join(folder, bundle)).size);
  return [
    "the first build of a clone",
    size,
    `${size}: the source bundle that llama.cpp's headers come from, kept in \`.cache/\``,
  ];
}

/** @returns the folder of what was downloaded */
function install(project, options) {
  const cache = `${project}-cache`;
  const args = ["install", "--no-audit", "--no-fund", "--loglevel", "error", "--cache", cache, ...options];
  execFileSync("npm", args, { cwd: project, stdio: "inherit", shell: process.platform === "win32" });
  return path.join(cache, "_cacache/content-v2");
}

/** Bytes below a folder; links are not followed. */
function sizeOf(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) bytes += sizeOf(file);
    else if (entry.isFile()) bytes += statSync(file).size;
  }
  return bytes;
}

function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}
