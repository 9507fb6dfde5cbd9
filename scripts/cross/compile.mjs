import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { fetchHeaders } from "../native/fetch-llama.mjs";
import { releaseForPlatform, ROOT } from "../native/llama-release.mjs";

/** Everything cross-built. */
export const CROSS = path.join(ROOT, "build", "cross");

/**
 * Fetches llama.cpp's headers of a target's release, which other targets may share: one after the other.
 * @param {import("./targets.mjs").Target} target
 */
export async function fetchHeadersFor(target) {
  const release = releaseForPlatform(target.os, target.cpu);
  await fetchHeaders(release, headersFolder(release));
}

/**
 * Compiles the addon for a target, and where it can be run the benchmark's, into build/cross/<name>/Release.
 * @param {import("./targets.mjs").Target} target whose headers have been fetched
 * @param {string} python with the package `ziglang`
 * @param {number} jobs compilers at once
 * @returns {Promise<string>} the addon that is packed
 */
export async function compileFor(target, python, jobs) {
  const headers = headersFolder(releaseForPlatform(target.os, target.cpu));
  const folder = path.join(CROSS, target.name);
  const out = path.join(folder, "Release");
  rmSync(out, { recursive: true, force: true });
  const definitions = {
    CMAKE_SYSTEM_NAME: target.system,
    CMAKE_SYSTEM_PROCESSOR: target.processor,
    CMAKE_JS_INC: ["node-api-headers/include", "node-addon-api"].map(moduleFolder).join(";"),
    LLAMA_HEADERS: headers,
    ADDON_DIRECTORY: out,
    ...(target.zig === undefined ? debianTools(target) : zigTools(target.zig, python)),
  };
  const build = path.join(folder, "cmake");
  const defined = Object.entries(definitions).map(([name, value]) => `-D${name}=${value}`);
  await cmake(["-S", ROOT, "-B", build, "-Wno-dev", ...defined]);
  await cmake(["--build", build, "--parallel", String(jobs)]);
  return path.join(out, "llama-reward.node");
}

/** Runs beside others. */
async function cmake(args) {
  const child = spawn("cmake", args, { stdio: ["ignore", "ignore", "inherit"] });
  const [code, signal] = await once(child, "close");
  if (code !== 0) throw new Error(`cmake ${args.join(" ")} failed (${code ?? signal}).`);
}

/** llama.cpp's headers, of the release that a target's libraries are of. */
export function headersFolder({ llama }) {
  return path.join(CROSS, `llama.cpp-${llama}`);
}

/** zig crashes where it should link what macOS calls a bundle, which CMake asks for: loaded at run time, a library does as well. */
const AS_LIBRARY = 'for word; do shift; [ "$word" = -bundle ] && word=-shared; set -- "$@" "$word"; done';
/** zig turns registers of 512 bits off for x64, also where a file is compiled for AVX-512. */
const WIDE = 'case " $* " in *" -mavx512f "*) set -- "$@" -mevex512 ;; esac';
/** zig makes no import library that is loaded late (`--input-def FILE --output-delaylib LIBRARY`): a plain one stands in for it. */
const PLAIN_IMPORTS = 'set -- -m arm64 -d "$2" -l "$4"';

/** As released: emulators run what Debian's compilers build, and which versions of its libraries it needs depends on it. */
function debianTools({ compiler }) {
  return { CMAKE_BUILD_TYPE: "Release", CMAKE_CXX_COMPILER: compiler };
}

/** What zig builds cannot be run here: it need not be fast, which takes zig half as long again, and no test wants the benchmark's addon. */
const UNOPTIMIZED = {
  CMAKE_BUILD_TYPE: "None",
  // Unoptimized, zig would also check for undefined behaviour, by a library.
  CMAKE_CXX_FLAGS: "-O0 -fno-sanitize=undefined",
  LLAMA_REWARD_BENCH: "OFF",
};

/** The package's program itself: to ask Python for it each time takes a fifth as long as a file. */
function findZig(python) {
  const where = "import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), 'zig'))";
  return execFileSync(python, ["-c", where], { encoding: "utf8" }).trim();
}

/** zig is one program; CMake wants one for each tool. */
function zigTools(target, python) {
  const zig = findZig(python);
  const folder = path.join(CROSS, "zig", target);
  mkdirSync(folder, { recursive: true });
  // Named on the command line, but part of zig's own C library.
  writeFileSync(path.join(folder, "libdelayimp.a"), "!<arch>\n");
  const cache = path.join(CROSS, "zig", "cache");
  const caches = `ZIG_GLOBAL_CACHE_DIR='${cache}' ZIG_LOCAL_CACHE_DIR='${cache}'`;
  const tool = (name, command, prepare = "") => {
    const file = path.join(folder, name);
    const lines = ["#!/bin/sh", prepare, `${caches} exec '${zig}' ${command} "$@"`];
    writeFileSync(file, `${lines.join("\n")}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  const compiler = tool("c++", `c++ -target ${target} -L'${folder}'`, `${AS_LIBRARY}\n${WIDE}`);
  return {
    ...UNOPTIMIZED,
    CMAKE_CXX_COMPILER: compiler,
    CMAKE_AR: tool("ar", "ar"),
    CMAKE_RANLIB: tool("ranlib", "ranlib"),
    CMAKE_DLLTOOL: tool("dlltool", "dlltool", PLAIN_IMPORTS),
  };
}

function moduleFolder(name) {
  const [module, ...rest] = name.split("/");
  const manifest = createRequire(import.meta.url).resolve(`${module}/package.json`);
  return path.join(path.dirname(manifest), ...rest);
}
