// Packs the main package with every platform package as an exact optional dependency. Stops when a platform's tarball
// is missing, so that a release can never leave a platform out; `--allow-missing` is for trying one platform. `--out DIR`
// is where the tarball goes, and where those of the platforms are looked for; build/packages by default.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { rolldown } from "rolldown";
import { runNpm } from "../native/run.mjs";
import { missingPlatforms, packageName, PLATFORMS } from "./platforms.mjs";

/**
 * Modules that are the only ones to import some large packages, a small part of which is used: the part goes into the
 * module, and the packages out of the dependencies. It keeps an installation below half its size.
 */
const BUNDLED = [
  { module: "dist/eval/report/charts/vega.js", packages: ["vega", "vega-lite"] },
  { module: "dist/data/hub/hub-client.js", packages: ["@huggingface/hub"] },
];

const root = join(import.meta.dirname, "..", "..");
const main = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { values } = parseArgs({
  options: {
    "allow-missing": { type: "boolean", default: false },
    out: { type: "string", default: join(root, "build", "packages") },
  },
});
const out = resolve(values.out);

const missing = missingPlatforms(out, main.version);
if (missing.length > 0 && !values["allow-missing"]) {
  throw new Error(`No tarball for ${missing.map((p) => p.name).join(", ")} in ${out}.`);
}

// Within the repository, because what is bundled is found from there.
mkdirSync(join(root, "build"), { recursive: true });
const stage = mkdtempSync(join(root, "build", "main-"));
try {
  compile(join(stage, "dist"));
  for (const entry of [...main.files, "README.md", "LICENSE"]) {
    if (entry !== "dist") cpSync(join(root, entry), join(stage, entry), { recursive: true });
  }
  for (const { module } of BUNDLED) {
    const bundle = await rolldown({ input: join(stage, module), platform: "node", logLevel: "warn" });
    const { output } = await bundle.generate({ format: "esm", minify: true, codeSplitting: false });
    writeFileSync(join(stage, module), output[0].code);
  }
  writeFileSync(join(stage, "package.json"), JSON.stringify(published(), null, 2));
  mkdirSync(out, { recursive: true });
  runNpm(["pack", stage, "--pack-destination", out]);
} finally {
  rmSync(stage, { recursive: true, force: true });
}

/**
 * Compiles anew, so that nothing an older build left behind is packed; without maps of sources that are not packed. The types
 * were checked by the build that the tests ran on.
 */
function compile(folder) {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const options = ["-p", "tsconfig.build.json", "--outDir", folder, "--sourceMap", "false", "--noCheck"];
  execFileSync(process.execPath, [tsc, ...options], { cwd: root, stdio: "inherit" });
}

/** The package description as users get it. */
function published() {
  const { scripts: _scripts, devDependencies: _devDependencies, ...rest } = main;
  const bundled = new Set(BUNDLED.flatMap(({ packages }) => packages));
  return {
    ...rest,
    dependencies: Object.fromEntries(
      Object.entries(main.dependencies).filter(([name]) => !bundled.has(name)),
    ),
    optionalDependencies: Object.fromEntries(PLATFORMS.map((p) => [packageName(p), main.version])),
  };
}
