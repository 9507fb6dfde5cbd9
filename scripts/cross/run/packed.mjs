// A release for Windows as its users get it: packed, installed into an empty project, run.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "../../native/llama-release.mjs";
import { run } from "../../native/run.mjs";
import { packageName, tarballName } from "../../pack/platforms.mjs";
import { CROSS } from "../compile.mjs";
import { outputOf } from "./emulator.mjs";
import { HERE } from "./here.mjs";

const MODEL = "examples/models/smol-grm";
const LIMIT_MS = 120_000;
const SCORE = `
const model = await RewardModel.load("${MODEL}", { device: "cpu", prefill: "off" });
const score = await model.score([{ role: "user", content: "2 + 2?" }, { role: "assistant", content: "4" }]);
console.log(score.reward);
await model.dispose();
`;
/** Both ways into the package. */
const SCRIPTS = {
  "esm.mjs": `import { RewardModel } from "llama-reward";${SCORE}`,
  "commonjs.cjs": `const { RewardModel } = require("llama-reward");(async () => {${SCORE}})();`,
};

/**
 * Packs, installs and runs; both ways must give this machine's reward.
 * @param {import("./emulator.mjs").Emulator} emulator
 * @param {import("../targets.mjs").Target} target
 * @returns {string[]} what is wrong
 */
export function testPacked(emulator, target) {
  const project = path.join(CROSS, target.name, "project");
  install(project, target);
  // In the clone the package's name is the clone itself.
  const here = ["--input-type=module", "--eval", SCRIPTS["esm.mjs"]];
  const expected = outputOf(HERE, here, { cwd: ROOT, limitMs: LIMIT_MS });
  return Object.keys(SCRIPTS).flatMap((name) => {
    const actual = outputOf(emulator, [name], { cwd: project, limitMs: LIMIT_MS });
    console.log(`${emulator.name}: the packed release gives ${actual.trim()} by ${name}`);
    return actual === expected ? [] : [`packed release: ${name} gives not ${expected.trim()}`];
  });
}

/** Into an empty project, for the target. The platform's package is not on the registry before the first release. */
function install(project, target) {
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project, { recursive: true });
  const out = path.join(project, "packages");
  const addon = path.join(CROSS, target.name, "Release", "llama-reward.node");
  pack("pack-platform.mjs", ["--platform", target.name, "--addon", addon, "--out", out]);
  pack("pack-main.mjs", ["--allow-missing", "--out", out]);
  const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
  const manifest = {
    private: true,
    dependencies: { "llama-reward": `file:packages/${tarballName(version)}` },
    // npm installs another platform's package only where it is optional.
    optionalDependencies: { [packageName(target)]: `file:packages/${tarballName(version, target)}` },
  };
  writeFileSync(path.join(project, "package.json"), JSON.stringify(manifest));
  for (const [name, text] of Object.entries(SCRIPTS)) writeFileSync(path.join(project, name), text);
  cpSync(path.join(ROOT, MODEL), path.join(project, MODEL), { recursive: true });
  const platform = [`--os=${target.os}`, `--cpu=${target.cpu}`];
  run("npm", ["install", ...platform, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"], {
    cwd: project,
  });
}

function pack(name, args) {
  run(process.execPath, [path.join(ROOT, "scripts/pack", name), ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}
