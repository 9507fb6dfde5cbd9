// Installs the packed tarballs into an empty project, by npm and by pnpm, and scores a conversation there in ESM and by
// require(). Prints how long the install took and how much it put on the disk.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runNpm } from "../native/run.mjs";
import { currentPlatform, packageName, tarballName } from "./platforms.mjs";

const root = join(import.meta.dirname, "..", "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const packages = join(root, "build", "packages");
const platform = currentPlatform();
const tarballs = [join(packages, tarballName(version)), join(packages, tarballName(version, platform))];
for (const tarball of tarballs) {
  if (!existsSync(tarball)) throw new Error(`${tarball} is missing: run pack:platform and pack:main first.`);
}

const SCORE = `
const { RewardModel } = LOAD;
const model = await RewardModel.load("tiny-grm");
const score = await model.score([{ role: "user", content: "2 + 2?" }, { role: "assistant", content: "4" }]);
if (!Number.isFinite(score.reward)) throw new Error("no reward");
console.log("reward", score.reward);
await model.dispose();
`;

for (const manager of ["npm", "pnpm"]) {
  const project = mkdtempSync(join(tmpdir(), "packed "));
  try {
    const dependencies = { "llama-reward": `file:${tarballs[0]}` };
    // The platform package is not on the registry before the first release: the override stands in for it.
    const overrides = { [packageName(platform)]: `file:${tarballs[1]}` };
    writeFileSync(
      join(project, "package.json"),
      JSON.stringify({
        name: "packed",
        private: true,
        dependencies: { ...dependencies, ...overrides },
        pnpm: { overrides },
      }),
    );
    writeFileSync(join(project, "esm.mjs"), SCORE.replace("LOAD", 'await import("llama-reward")'));
    writeFileSync(
      join(project, "cjs.cjs"),
      `(async () => {${SCORE.replace("LOAD", 'require("llama-reward")')}})();`,
    );
    cpSync(join(root, "test", "fixtures", "models", "tiny-grm"), join(project, "tiny-grm"), {
      recursive: true,
    });

    const started = performance.now();
    const args =
      manager === "npm"
        ? ["install", "--no-audit", "--no-fund"]
        : ["exec", "--yes", "pnpm@10", "--", "install"];
    runNpm(args, { cwd: project });
    const seconds = (performance.now() - started) / 1000;
    for (const file of ["esm.mjs", "cjs.cjs"]) {
      execFileSync(process.execPath, [file], { cwd: project, stdio: "inherit" });
    }
    const megabytes = sizeOf(join(project, "node_modules")) / 1e6;
    console.log(`${manager}: installed in ${seconds.toFixed(1)} s, ${megabytes.toFixed(1)} MB`);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

/** Bytes below a folder; links are not followed, so that pnpm's store counts once. */
function sizeOf(path) {
  let bytes = 0;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) bytes += sizeOf(join(path, entry.name));
    else if (entry.isFile()) bytes += statSync(join(path, entry.name)).size;
  }
  return bytes;
}
