// The oldest system that a library of ours may need: that of llama.cpp's libraries, which it is of no use without. For ELF files, by
// `objdump -T` (binutils): the newest version of each family (GLIBC, GLIBCXX, CXXABI, GCC) among the symbols that a file imports.

import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";

/** llama.cpp's libraries that are loaded on a CPU; of its package there are others. */
const LOADED = /^lib(llama|ggml|ggml-base|ggml-cpu-\w+)(\.v[\d.]+)?\.so$/;

/**
 * What a file needs at least, by family, e.g. `{ GLIBC: "2.34", GLIBCXX: "3.4.29" }`.
 * @param {string} file an ELF file of any architecture
 * @returns {Record<string, string>}
 */
export function floorsOf(file) {
  return newest(execFileSync("objdump", ["-T", file], { encoding: "utf8", maxBuffer: 2 ** 26 }));
}

/**
 * The same of all libraries of a folder that the addon loads together.
 * @param {string} folder one of `bins/` of a package of llama.cpp's libraries
 */
export function floorsOfLibraries(folder) {
  const files = readdirSync(folder).filter((name) => LOADED.test(name));
  if (files.length === 0) throw new Error(`${folder} has none of llama.cpp's libraries.`);
  return highest(files.map((name) => floorsOf(path.join(folder, name))));
}

/**
 * What `needed` asks for beyond `given`, as text, e.g. `GLIBCXX 3.4.30 (3.4.29)`; empty when nothing.
 * @param {Readonly<Record<string, string>>} needed
 * @param {Readonly<Record<string, string>>} given
 */
export function beyond(needed, given) {
  return Object.entries(needed)
    .filter(([family, version]) => compareVersions(version, given[family] ?? "0") > 0)
    .map(([family, version]) => `${family} ${version} (${given[family] ?? "none"})`);
}

/** @param {string} symbols what `objdump -T` prints: undefined symbols have their version in parentheses or after `*UND*` */
export function newest(symbols) {
  const found = [...symbols.matchAll(/\*UND\*.*?\b(GLIBC|GLIBCXX|CXXABI|GCC)_(\d[\d.]*)/g)];
  return highest(found.map(([, family, version]) => ({ [family]: version })));
}

function highest(all) {
  const result = {};
  for (const floors of all)
    for (const [family, version] of Object.entries(floors))
      if (compareVersions(version, result[family] ?? "0") > 0) result[family] = version;
  return result;
}

function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  const at = left.findIndex((part, index) => part !== (right[index] ?? 0));
  if (at >= 0) return left[at] - (right[at] ?? 0);
  return left.length - right.length;
}
