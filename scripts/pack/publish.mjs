// Publishes the packed tarballs: those of the platforms first, so that the main package never names one that is not
// there. Stops before the first when one is missing. What follows goes to `npm publish`: `--dry-run`, `--tag next`.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runNpm } from "../native/run.mjs";
import { missingPlatforms, PLATFORMS, tarballName } from "./platforms.mjs";

const root = join(import.meta.dirname, "..", "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const packages = join(root, "build", "packages");

const missing = missingPlatforms(packages, version).map(({ name }) => name);
if (!existsSync(join(packages, tarballName(version)))) missing.push("the main package");
if (missing.length > 0) throw new Error(`Nothing is published: no tarball for ${missing.join(", ")}.`);

for (const platform of [...PLATFORMS, undefined]) {
  const tarball = join(packages, tarballName(version, platform));
  runNpm(["publish", tarball, "--access", "public", ...process.argv.slice(2)]);
}
