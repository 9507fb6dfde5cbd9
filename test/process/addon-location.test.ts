/** Where the addon is found: a packed Electron application, odd paths, read-only folders, and nowhere. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { loadAddonDetails } from "../../lib/score/native/binding.js";
import { findPackage, PACKAGE_ROOT } from "../../lib/score/native/package-files.js";
import { llamaPackages } from "../../lib/score/native/platform.js";
import { copyFile, copyFolder } from "../support/copy-folder.js";

const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "llama-reward-location-")));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const { file } = loadAddonDetails();
const { base } = llamaPackages();
const llamaPackage = findPackage(base);
const dist = path.join(PACKAGE_ROOT, "dist");

/** Copies the parts of this package and of the library package that `keep` wants into `<root>/node_modules`. */
function install(root: string, keep: "everything" | "no binaries"): string {
  const modules = path.join(root, "node_modules");
  const own = path.join(modules, "llama-reward");
  mkdirSync(own, { recursive: true });
  copyFile(path.join(PACKAGE_ROOT, "package.json"), path.join(own, "package.json"));
  copyFolder(dist, path.join(own, "dist"));
  // The one dependency that finding the addon needs.
  const libc = findPackage("detect-libc");
  copyFolder(libc?.directory ?? "", path.join(modules, "detect-libc"));
  const target = path.join(modules, base);
  copyFolder(llamaPackage?.directory ?? "", target);
  if (keep === "everything") copyFile(file, path.join(own, "build", "Release", path.basename(file)));
  else rmSync(path.join(target, "bins"), { recursive: true });
  return own;
}

function loadFrom(own: string): unknown {
  const script = path.join(import.meta.dirname, "children", "load-from.mjs");
  const binding = path.join(own, "dist", "score", "native", "binding.js");
  return JSON.parse(
    execFileSync(process.execPath, [script, binding], { encoding: "utf8", cwd: os.tmpdir() }),
  );
}

const inside = (root: string): string => expect.stringContaining(root + path.sep) as string;

// `npm test` compiles dist/ first: a test that was passed over without it would not be missed.
if (!existsSync(path.join(dist, "score", "native", "binding.js"))) {
  throw new Error("dist/ is missing: run npm run build:ts first.");
}

// With llama.cpp built from source there is nothing to install.
describe.runIf(llamaPackage !== undefined)("the addon", () => {
  const application = path.join(folder, "Mein Programm für 模型", "resources");
  const archive = path.join(application, "app.asar");
  const unpacked = path.join(application, "app.asar.unpacked");

  beforeAll(() => {
    install(archive, "no binaries");
    install(unpacked, "everything");
  });

  it("comes from app.asar.unpacked when the package lies in app.asar", () => {
    expect(loadFrom(path.join(archive, "node_modules", "llama-reward"))).toEqual({
      file: inside(unpacked),
      llama: inside(unpacked),
      backends: expect.arrayContaining(["CPU"]) as string[],
    });
  });

  it("loads from a folder that cannot be written, with spaces and letters beyond ASCII", () => {
    const own = install(path.join(folder, "nur lesen – 読む"), "everything");
    const release = path.join(own, "build", "Release");
    for (const directory of [release, path.dirname(release), own]) chmodSync(directory, 0o555);
    expect(loadFrom(own)).toMatchObject({ file: inside(release) });
    for (const directory of [own, path.dirname(release), release]) chmodSync(directory, 0o755);
  });

  it("missing libraries and a missing addon list every place tried", () => {
    const own = install(path.join(folder, "bare"), "no binaries");
    expect(loadFrom(own)).toEqual({
      code: "ADDON_NOT_FOUND",
      tried: [
        expect.stringContaining("@llama-reward/") as string,
        expect.stringContaining(path.join(own, "build", "Release")) as string,
      ],
    });
    copyFile(file, path.join(own, "build", "Release", path.basename(file)));
    expect(loadFrom(own)).toEqual({
      code: "ADDON_NOT_FOUND",
      tried: [
        expect.stringContaining(path.join("build", "llama.cpp", "bin")) as string,
        expect.stringContaining(base) as string,
      ],
    });
  });
});
