/** What the scripts that build and pack have in common. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeForeignBuild } from "../../scripts/native/compile-addon.mjs";
import { npmCommand } from "../../scripts/native/run.mjs";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "llama-reward scripts "));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(...names: string[]): Promise<string> {
  const path = join(folder, ...names);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, "");
  return path;
}

describe("npm", () => {
  it("is the one that runs the script, by the same Node", async () => {
    const script = await file("a", "npm-cli.js");
    expect(npmCommand({ npm_execpath: script }, "/n/node")).toEqual(["/n/node", script]);
  });

  it("is the one beside Node where another package manager runs the script, as Windows has it", async () => {
    const node = await file("Program Files", "node.exe");
    const script = await file("Program Files", "node_modules", "npm", "bin", "npm-cli.js");
    const other = await file("a", "pnpm.cjs");
    expect(npmCommand({ npm_execpath: other }, node)).toEqual([node, script]);
  });

  it("is the command where neither is there", () => {
    expect(npmCommand({}, join(folder, "nowhere", "bin", "node"))).toEqual(["npm"]);
  });
});

describe("the build folder", () => {
  const cached = async (home: string): Promise<string> => {
    const build = join(folder, "copy", "build", "cmake");
    const cache = await file("copy", "build", "cmake", "CMakeCache.txt");
    await writeFile(cache, `CMAKE_GENERATOR:INTERNAL=Ninja\nCMAKE_HOME_DIRECTORY:INTERNAL=${home}\n`);
    return build;
  };

  it("of a copied clone, which would build the original, is removed", async () => {
    const build = await cached(join(folder, "original"));
    removeForeignBuild(build, join(folder, "copy"));
    expect(await readdir(join(build, ".."))).toEqual([]);
  });

  it("of this clone stays, however its path is written", async () => {
    const build = await cached(join(folder, "copy", "build", ".."));
    removeForeignBuild(build, join(folder, "copy"));
    expect(await readdir(build)).toEqual(["CMakeCache.txt"]);
    removeForeignBuild(join(folder, "nothing there"), folder);
  });
});
