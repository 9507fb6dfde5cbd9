// Packs the addon built on this machine as the package of its platform: build/packages/*.tgz.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { currentPlatform, packageName } from "./platforms.mjs";

const root = join(import.meta.dirname, "..", "..");
const main = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const platform = currentPlatform();

const packages = join(root, "build", "packages");
const stage = join(packages, platform.name);
rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
copyFileSync(join(root, "build", "Release", "llama-reward.node"), join(stage, "llama-reward.node"));
copyFileSync(join(root, "LICENSE"), join(stage, "LICENSE"));
writeFileSync(
  join(stage, "package.json"),
  JSON.stringify(
    {
      name: packageName(platform),
      version: main.version,
      description: `Prebuilt addon of llama-reward for ${platform.name}`,
      license: main.license,
      main: "llama-reward.node",
      files: ["llama-reward.node"],
      os: [platform.os],
      cpu: [platform.cpu],
      dependencies: { [platform.llama]: main.optionalDependencies[platform.llama] },
      ...(platform.libc === undefined ? {} : { libc: [platform.libc] }),
    },
    null,
    2,
  ),
);
execFileSync("npm", ["pack", stage, "--pack-destination", packages], {
  stdio: "inherit",
  shell: process.platform === "win32",
});
