import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

/** Files of a folder of the repository, as the package names them. */
async function filesIn(folder: string, extension: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll("\\", "/"));
}

/** The script behind a command of an installed package. */
function bin(name: string, command: string): string {
  const folder = join(ROOT, "node_modules", name);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    bin: Record<string, string> | string;
  };
  return join(folder, typeof manifest.bin === "string" ? manifest.bin : (manifest.bin[command] ?? ""));
}

describe("the packed main package", () => {
  let out = "";
  let tarball = "";
  let packed: string[] = [];
  let manifest: Record<string, unknown> = {};

  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), "llama-reward-pack-"));
    await run(process.execPath, ["scripts/pack/pack-main.mjs", "--allow-missing", "--out", out], {
      cwd: ROOT,
    });
    const [name = ""] = await readdir(out);
    tarball = join(out, name);
    await run("tar", ["-xzf", name], { cwd: out });
    const entries = await readdir(join(out, "package"), { recursive: true, withFileTypes: true });
    packed = entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(join(out, "package").length + 1)
          .replaceAll("\\", "/"),
      );
    manifest = JSON.parse(await readFile(join(out, "package", "package.json"), "utf8")) as typeof manifest;
  });
  afterAll(() => rm(out, { recursive: true, force: true }));

  it("holds every module of lib with its types, what they need, what tells about it, and nothing else", async () => {
    const modules = (await filesIn("lib", ".ts")).map((file) => file.replace(/^lib(.*)\.ts$/, "dist$1"));
    const expected = [
      ...modules.flatMap((module) => [`${module}.js`, `${module}.d.ts`]),
      ...(await filesIn("models", ".json")),
      ...(await filesIn("docs", "")),
      "examples/models/LICENSE",
      ...["smol-grm", "smol-urm"].flatMap((name) => [
        `examples/models/${name}/README.md`,
        `examples/models/${name}/backbone-q4_k_m.gguf`,
        `examples/models/${name}/head.safetensors`,
        `examples/models/${name}/reward.json`,
      ]),
      ...["package.json", "README.md", "LICENSE", "CHANGELOG.md"],
    ];
    expect(packed.sort()).toEqual(expected.sort());
  });

  it("runs nothing when it is installed, and has files behind its exports and its command", () => {
    expect(manifest).not.toHaveProperty("scripts");
    expect(manifest).not.toHaveProperty("devDependencies");
    const { exports, bin } = manifest as {
      exports: Record<string, string | { types: string; default: string }>;
      bin: Record<string, string>;
    };
    const targets = Object.values(exports).flatMap((target) =>
      typeof target === "string" ? [target] : [target.types, target.default],
    );
    expect(targets).toHaveLength(25);
    for (const file of [...targets, ...Object.values(bin)]) expect(packed).toContain(file.replace("./", ""));
  });

  it("has types that every way of importing finds, from CommonJS too", async () => {
    // `node10` is out of reach for Node >= 20; a CommonJS file gets ES modules, which Node >= 20.19 and TypeScript >= 5.8 allow.
    const rules = ["--profile", "node16", "--ignore-rules", "cjs-resolves-to-esm"];
    const { stdout } = await run(process.execPath, [bin("@arethetypeswrong/cli", "attw"), tarball, ...rules]);
    // A problem ends it with another status, which rejects.
    expect(stdout).toContain("llama-reward/host");
    const { stdout: lint } = await run(process.execPath, [bin("publint", "publint"), "--strict", tarball]);
    expect(lint).toMatch(/All good/);
  });

  it("names a package for each platform, and no dependency that it brings along itself", () => {
    const { optionalDependencies, dependencies, version } = manifest as Record<
      string,
      Record<string, string>
    >;
    expect(optionalDependencies).toEqual(
      Object.fromEntries(
        ["linux-x64", "linux-arm64", "darwin-arm64", "darwin-x64", "win32-x64", "win32-arm64"].map((name) => [
          `@llama-reward/${name}`,
          version,
        ]),
      ),
    );
    expect(Object.keys(dependencies ?? {})).not.toEqual(expect.arrayContaining(["vega"]));
    expect(Object.values(dependencies ?? {}).every((range) => /^\d/.test(range))).toBe(true);
  });

  it("is not packed while a platform is missing", async () => {
    const packing = run(process.execPath, ["scripts/pack/pack-main.mjs", "--out", out], { cwd: ROOT });
    await expect(packing).rejects.toThrow(/No tarball for linux-x64, linux-arm64, darwin-arm64/);
  });
});
