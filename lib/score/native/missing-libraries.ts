/**
 * Names of the libraries that GPU backends lack, from the dynamic linker's own words (glibc, musl, macOS). Windows does not tell.
 * @param failures as in `NativeBackendInfo`
 */
export function missingLibraries(failures: readonly string[]): string[] {
  const patterns = [
    /([\w.+-]+\.so[\w.]*): cannot open shared object file/,
    /Error loading shared library ([\w.+-]+\.so[\w.]*)/,
    /Library not loaded: \S*?([\w.+-]+\.dylib)/,
  ];
  const names = failures.flatMap((failure) => patterns.map((pattern) => pattern.exec(failure)?.[1] ?? ""));
  return [...new Set(names)].filter((name) => name !== "");
}

/** What to do about such a library. */
export function missingLibraryAdvice(name: string): string {
  const version = /^lib(?:cudart|cublas|cublasLt)\.so\.(\d+)$/.exec(name)?.[1];
  return version === undefined
    ? `Missing: ${name}. Install the package of your system that has it.`
    : `Missing: ${name}, of NVIDIA's CUDA ${version} runtime. Install that, or use the Vulkan backend.`;
}
