import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const EXAMPLE = fileURLToPath(new URL("../../examples/electron/", import.meta.url));

/** Parts of the example, by the mode its Vite configuration knows them by. */
export type AppPart = "page" | "dev-server" | "main" | "preload" | "pull-process";

/** A build of the example. */
export interface BuiltApp {
  directory: string;
  remove(): Promise<void>;
}

/** Builds parts of the example the way its own scripts do, into a folder that other test files do not share. */
export async function buildApp(...parts: AppPart[]): Promise<BuiltApp> {
  const library = new URL("../../dist/serve/electron/index.js", import.meta.url);
  if (!existsSync(library)) throw new Error("The example uses the built library: run `npm run build` first.");
  const directory = join(EXAMPLE, "dist", `test-${process.pid}`);
  for (const mode of parts) {
    await build({
      configFile: join(EXAMPLE, "vite.config.ts"),
      mode,
      logLevel: "error",
      build: { outDir: mode === "page" ? join(directory, "renderer") : directory },
    });
  }
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}
