// Packs the addon built on this machine as the package of its platform: build/packages/*.tgz. On Linux it refuses one that would not load
// on every system that llama.cpp's libraries load on: a release is built on an older system than it runs on. `--platform`, `--addon` and
// `--out` name another platform, addon and folder: for trying a cross-built one, which `npm run build:cross` has held against its gates.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { beyond, floorsOf, floorsOfLibraries } from "../native/floors.mjs";
import { runNpm } from "../native/run.mjs";
import { currentPlatform, packageName, PLATFORMS } from "./platforms.mjs";

const root = join(import.meta.dirname, "..", "..");
const main = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { values } = parseArgs({
  options: {
    platform: { type: "string" },
    addon: { type: "string", default: join(root, "build", "Release", "llama-reward.node") },
    out: { type: "string", default: join(root, "build", "packages") },
  },
});
const { addon } = values;
const platform =
  values.platform === undefined ? currentPlatform() : PLATFORMS.find(({ name }) => name === values.platform);
if (platform === undefined) throw new Error(`No package is published for ${values.platform}.`);
if (values.platform === undefined && platform.os === "linux") checkFloors();

const packages = resolve(values.out);
const stage = join(packages, platform.name);
rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
copyFileSync(addon, join(stage, "llama-reward.node"));
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
runNpm(["pack", stage, "--pack-destination", packages]);

function checkFloors() {
  const given = floorsOfLibraries(join(root, "node_modules", platform.llama, "bins", platform.name));
  const excess = beyond(floorsOf(addon), given);
  if (excess.length > 0)
    throw new Error(
      `The addon needs a newer system than llama.cpp's libraries do: ${excess.join(", ")}. Build it on an older one.`,
    );
}
