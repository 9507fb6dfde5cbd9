import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * Bundles a host script of the tests for a plain Node process, from the sources as they are.
 * @returns its path, inside the package so that it finds the package's version
 */
export async function buildHost(source: string): Promise<string> {
  const outDir = join(ROOT, "build", "host-tests", `${process.pid}`);
  const name = basename(source, ".ts");
  await build({
    root: ROOT,
    configFile: false,
    logLevel: "error",
    build: {
      ssr: fileURLToPath(new URL(source, import.meta.url)),
      outDir,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  });
  return join(outDir, `${name}.mjs`);
}

/** Removes what {@link buildHost} made. */
export async function removeHosts(): Promise<void> {
  await rm(join(ROOT, "build", "host-tests", `${process.pid}`), { recursive: true, force: true });
}
