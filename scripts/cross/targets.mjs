// What the addon is built for from one Debian machine, with which compiler, and what each result may need where it is loaded.

/**
 * @typedef {object} Target
 * @property {string} name folder below build/cross
 * @property {string} os as `process.platform` has it
 * @property {string} cpu as `process.arch` has it
 * @property {string} system CMake's name of the system
 * @property {string} processor CMake's name of the processor
 * @property {string} [compiler] a program; else zig compiles, for `zig`
 * @property {string} [zig] zig's name of the target
 * @property {import("./gates/gates.mjs").Limits} limits
 */

/** The C library and GCC's, which every Linux with glibc has; everything else would have to be brought along. */
const GLIBC = ["libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1", "ld-linux-*.so.*"];
/**
 * The newest versions that llama.cpp's own prebuilt libraries need: where those load, the addon must. (`objdump -T` over
 * `@node-llama-cpp/linux-*`.)
 */
const FLOORS = { GLIBC: "2.34", GLIBCXX: "3.4.29", CXXABI: "1.3.13", GCC: "4.2.0" };
/** Windows' own, with the universal C runtime. */
const WINDOWS = ["KERNEL32.dll", "msvcrt.dll", "api-ms-win-crt-*.dll"];
/** `@node-llama-cpp/mac-*` is built for it. */
const MACOS = "14.0";
const DARWIN = ["/usr/lib/libSystem.B.dylib", "/usr/lib/libc++.1.dylib"];

const linux = { os: "linux", system: "Linux" };
const windows = { os: "win32", system: "Windows" };
const darwin = { os: "darwin", system: "Darwin" };

/** @type {readonly Target[]} */
export const TARGETS = [
  {
    ...linux,
    name: "linux-x64",
    cpu: "x64",
    processor: "x86_64",
    compiler: "g++",
    limits: { format: "ELF", machine: "X86_64", libraries: GLIBC, floors: FLOORS, isPinned: true },
  },
  {
    ...linux,
    name: "linux-arm64",
    cpu: "arm64",
    processor: "aarch64",
    compiler: "aarch64-linux-gnu-g++",
    limits: { format: "ELF", machine: "AARCH64", libraries: GLIBC, floors: FLOORS, isPinned: true },
  },
  {
    ...windows,
    name: "win32-x64",
    cpu: "x64",
    processor: "AMD64",
    compiler: "x86_64-w64-mingw32-g++-posix",
    limits: { format: "PE", machine: "AMD64", libraries: WINDOWS, delayed: ["node.exe"] },
  },
  {
    ...windows,
    name: "win32-arm64",
    cpu: "arm64",
    processor: "ARM64",
    zig: "aarch64-windows-gnu",
    // zig cannot delay it, so this build would load in node.exe alone.
    limits: { format: "PE", machine: "ARM64", libraries: [...WINDOWS, "NODE.EXE"] },
  },
  {
    ...darwin,
    name: "darwin-arm64",
    cpu: "arm64",
    processor: "arm64",
    zig: `aarch64-macos.${MACOS}`,
    limits: { format: "MACHO", machine: "ARM64", libraries: DARWIN, system: MACOS, isSigned: true },
  },
  {
    ...darwin,
    name: "darwin-x64",
    cpu: "x64",
    processor: "x86_64",
    zig: `x86_64-macos.${MACOS}`,
    limits: { format: "MACHO", machine: "X86_64", libraries: DARWIN, system: MACOS },
  },
  {
    ...linux,
    name: "linux-x64-musl",
    cpu: "x64",
    processor: "x86_64",
    zig: "x86_64-linux-musl",
    // musl numbers no versions of its functions: a library of glibc would show by those that it asks for.
    limits: { format: "ELF", machine: "X86_64", libraries: ["libc.so"], floors: {}, isPinned: true },
  },
];
