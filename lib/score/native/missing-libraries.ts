import { existsSync } from "node:fs";
import path from "node:path";
import { importedLibraries } from "../../formats/pe-imports.js";

/**
 * Names of the libraries that GPU backends lack: from the dynamic linker's own words (glibc, musl, macOS). Windows does not tell; there
 * what the library imports is looked for where Windows would.
 * @param failures as in `NativeBackendInfo`
 * @param folders where Windows looks for libraries, beside the folder of the one that needs them
 */
export function missingLibraries(failures: readonly string[], folders = windowsFolders()): string[] {
  const names = failures.flatMap((failure) => {
    const file = /^(.+?\.dll): /i.exec(failure)?.[1];
    return file === undefined ? linkerNames(failure) : missingImports(file, folders);
  });
  return [...new Set(names)];
}

function linkerNames(failure: string): string[] {
  const patterns = [
    /([\w.+-]+\.so[\w.]*): cannot open shared object file/,
    /Error loading shared library ([\w.+-]+\.so[\w.]*)/,
    /Library not loaded: \S*?([\w.+-]+\.dylib)/,
  ];
  return patterns.map((pattern) => pattern.exec(failure)?.[1] ?? "").filter((name) => name !== "");
}

/** Names that stand for a set of functions, not for a file: `api-ms-win-crt-heap-l1-1-0.dll`. */
const API_SET = /^(api|ext)-ms-/i;

/**
 * The libraries that a Windows library imports and that are in no folder where Windows looks; none where the file cannot be read.
 * @param folders as for {@link missingLibraries}
 */
export function missingImports(file: string, folders = windowsFolders()): string[] {
  try {
    const places = [path.dirname(file), ...folders];
    return importedLibraries(file).filter(
      (name) => !API_SET.test(name) && !places.some((folder) => existsSync(path.join(folder, name))),
    );
  } catch {
    return [];
  }
}

function windowsFolders(): string[] {
  const system = path.join(process.env["SystemRoot"] ?? "C:\\Windows", "System32");
  const named = (process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return [path.dirname(process.execPath), system, ...named];
}

/** What to do about such a library. */
export function missingLibraryAdvice(name: string, arch: string = process.arch): string {
  const version = /^(?:lib)?(?:cudart|cublas|cublasLt)(?:64_|\.so\.)(\d+)/.exec(name)?.[1];
  if (version !== undefined)
    return `Missing: ${name}, of NVIDIA's CUDA ${version} runtime. Install that, or use the Vulkan backend.`;
  if (/^(msvcp|vcruntime)\d+.*\.dll$/i.test(name))
    return (
      `Missing: ${name}, of Microsoft's Visual C++ runtime. Install its redistributable for Visual Studio 2015 and later: ` +
      `https://aka.ms/vs/17/release/vc_redist.${arch}.exe`
    );
  if (/^(nvcuda\.dll|libcuda\.so|vulkan-1\.dll)/i.test(name))
    return `Missing: ${name}, which comes with the graphics driver. Install or update that.`;
  return `Missing: ${name}. Install the package of your system that has it.`;
}
