// Compiles the benchmark to build/bench. It is no part of the package; what it measures is the package's own dist/.
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";

const ROOT = path.join(import.meta.dirname, "..");
const LIBRARY = path.join(ROOT, "lib") + path.sep;
const out = path.join(ROOT, "build", "bench");

const sources = readdirSync(import.meta.dirname, { recursive: true })
  .filter((name) => name.endsWith(".ts") && !name.startsWith("node_modules"))
  .map((name) => path.join(import.meta.dirname, name));

/** Imports of lib/ become imports of the compiled library. */
const library = {
  name: "library",
  resolveId: (source, importer) => {
    if (!source.startsWith(".") || importer === undefined) return null;
    const file = path.resolve(path.dirname(importer), source);
    if (!file.startsWith(LIBRARY)) return null;
    const target = path.join(out, path.relative(import.meta.dirname, path.dirname(importer)));
    const compiled = path.join(ROOT, "dist", file.slice(LIBRARY.length));
    return { id: path.relative(target, compiled).replaceAll(path.sep, "/"), external: true };
  },
};

rmSync(out, { recursive: true, force: true });
const bundle = await rolldown({
  input: sources,
  platform: "node",
  external: /^(?!\.|\/|[A-Za-z]:\\)/,
  plugins: [library],
});
await bundle.write({
  dir: out,
  format: "esm",
  preserveModules: true,
  preserveModulesRoot: import.meta.dirname,
  sourcemap: true,
});
