import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { problemsOf, type Facts } from "../../scripts/cross/gates/gates.mjs";
import { TARGETS } from "../../scripts/cross/targets.mjs";

/** What facts.py read of each target's addon once; `npm run build:cross` reads and judges new ones. */
const recorded = JSON.parse(readFileSync(path.join(import.meta.dirname, "facts.json"), "utf8")) as Record<
  string,
  Facts
>;

function limitsOf(name: string): (typeof TARGETS)[number]["limits"] {
  const target = TARGETS.find((one) => one.name === name);
  if (target === undefined) throw new Error(name);
  return target.limits;
}

function factsOf(name: string): Facts {
  const facts = recorded[name];
  if (facts === undefined) throw new Error(name);
  return structuredClone(facts);
}

it.each(TARGETS.map(({ name }) => name))("the addon for %s passes its gates", (name) => {
  expect(problemsOf(factsOf(name), limitsOf(name))).toEqual([]);
});

it("tells addons for glibc and for musl apart", () => {
  const [glibc, musl] = ["linux-x64", "linux-x64-musl"];
  expect(problemsOf(factsOf(glibc), limitsOf(musl))).toEqual(
    expect.arrayContaining(["libraries: needs libc.so.6", "floors: needs GLIBC 2.34 (none)"]),
  );
  expect(problemsOf(factsOf(musl), limitsOf(glibc))).toEqual(["libraries: needs libc.so"]);
});

describe("a gate fails for", () => {
  const broken: [string, string, (facts: Facts) => void, string][] = [
    [
      "another format",
      "linux-x64",
      (f) => (f.format = "PE"),
      "machine: PE for X86_64 instead of ELF for X86_64",
    ],
    [
      "another processor",
      "linux-arm64",
      (f) => (f.machine = "X86_64"),
      "machine: ELF for X86_64 instead of ELF for AARCH64",
    ],
    [
      "the other processor of a Mac",
      "darwin-x64",
      (f) => (f.machine = "ARM64"),
      "machine: MACHO for ARM64 instead of MACHO for X86_64",
    ],
    [
      "a library that nobody brings",
      "linux-x64",
      (f) => f.libraries.push("libgomp.so.1"),
      "libraries: needs libgomp.so.1",
    ],
    [
      "the C++ library of MinGW",
      "win32-x64",
      (f) => f.libraries.push("libstdc++-6.dll"),
      "libraries: needs libstdc++-6.dll",
    ],
    [
      "glibc where musl is",
      "linux-x64-musl",
      (f) => f.libraries.push("libc.so.6"),
      "libraries: needs libc.so.6",
    ],
    ["an export too many", "darwin-arm64", (f) => f.exports.push("ggml_init"), "exports: exports ggml_init"],
    [
      "an export too few",
      "win32-arm64",
      (f) => f.exports.splice(0),
      "exports: lacks napi_register_module_v1",
    ],
    [
      "V8's own functions",
      "linux-x64",
      (f) => f.fromNode.push("_ZN2v87Isolate10GetCurrentEv"),
      "nodeApi: needs _ZN2v87Isolate10GetCurrentEv, which is not in Node-API 9",
    ],
    [
      "a newer Node-API",
      "win32-x64",
      (f) => f.fromNode.push("node_api_create_property_key_utf8"),
      "nodeApi: needs node_api_create_property_key_utf8, which is not in Node-API 9",
    ],
    [
      "no import of Node at all",
      "darwin-arm64",
      (f) => f.fromNode.splice(0),
      "nodeApi: uses nothing of Node",
    ],
    [
      "node.exe by its name",
      "win32-x64",
      (f) => f.libraries.push(...f.delayed.splice(0)),
      "delayLoad: does not load node.exe late",
    ],
    ["a newer glibc", "linux-x64", (f) => (f.floors["GLIBC"] = "2.38"), "floors: needs GLIBC 2.38 (2.34)"],
    [
      "a newer libstdc++",
      "linux-arm64",
      (f) => (f.floors["GLIBCXX"] = "3.4.30"),
      "floors: needs GLIBCXX 3.4.30 (3.4.29)",
    ],
    ["an addon that may be unloaded", "linux-x64", (f) => (f.isPinned = false), "pinned: may be unloaded"],
    ["a newer macOS", "darwin-arm64", (f) => (f.system = "15.0"), "system: needs macOS 15.0 (14.0)"],
    [
      "no word of macOS",
      "darwin-arm64",
      (f) => (f.system = null),
      "system: does not say which macOS it needs",
    ],
    ["no signature", "darwin-arm64", (f) => (f.isSigned = false), "signature: is not signed"],
  ];
  it.each(broken)("%s", (_, name, spoil, problem) => {
    const facts = factsOf(name);
    spoil(facts);
    expect(problemsOf(facts, limitsOf(name))).toContain(problem);
  });
});
