/** The oldest system that the addon needs, beside that of llama.cpp's libraries. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { versionSync } from "detect-libc";
import { describe, expect, it } from "vitest";
import { loadAddonDetails } from "../../lib/score/native/binding.js";
import { beyond, floorsOf, floorsOfLibraries, newest } from "../../scripts/native/floors.mjs";

// As objdump of binutils 2.40 prints them; the addon's own export, a weak symbol, and those of older and newer versions.
const SYMBOLS = `
0000000000000000      DF *UND*	0000000000000000 (GLIBCXX_3.4.30) _ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE
0000000000000000      DF *UND*	0000000000000000 (GLIBCXX_3.4.9) _ZNSt6vectorIiE
0000000000000000  w   D  *UND*	0000000000000000  Base        __gmon_start__
0000000000000000      DF *UND*	0000000000000000 (GLIBC_2.2.5) memcpy
0000000000000000      DF *UND*	0000000000000000 (GLIBC_2.34) dlopen
0000000000012340 g    DF .text	0000000000000010 (GLIBC_2.99) napi_register_module_v1
`;

describe("floors", () => {
  it("are the newest version of each family that a file imports, compared as numbers", () => {
    expect(newest(SYMBOLS)).toEqual({ GLIBC: "2.34", GLIBCXX: "3.4.30" });
  });

  it("name what goes beyond others", () => {
    const given = { GLIBC: "2.34", GLIBCXX: "3.4.29" };
    expect(beyond({ GLIBC: "2.34", GLIBCXX: "3.4.30" }, given)).toEqual(["GLIBCXX 3.4.30 (3.4.29)"]);
    expect(beyond({ GLIBC: "2.9", GLIBCXX: "3.4" }, given)).toEqual([]);
    expect(beyond({ CXXABI: "1.3" }, given)).toEqual(["CXXABI 1.3 (none)"]);
  });
});

/** Why the addon that was built here says nothing of one that is released; undefined where it does. */
function obstacle(): string | undefined {
  if (process.platform !== "linux") return "no ELF file";
  if (spawnSync("objdump", ["--version"]).error !== undefined) return "no objdump";
  // On a newer system than those that releases are built on, the compiler takes what that has.
  const [major = 0, minor = 0] = (versionSync() ?? "").split(".").map(Number);
  return major > 2 || minor > 36 ? `glibc ${major}.${minor} is newer than 2.36` : undefined;
}

const why = obstacle();
it.skipIf(why !== undefined)(
  `the addon needs no newer system than the libraries it loads${why === undefined ? "" : ` (${why})`}`,
  () => {
    const { file, libraries } = loadAddonDetails();
    expect(beyond(floorsOf(file), floorsOfLibraries(path.dirname(libraries.llama)))).toEqual([]);
  },
);
