import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "vite";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The library as the repository around this example builds it; used until `npm install` here brings a copy. */
const REPOSITORY_BUILD = path("../../dist/");

const isInstalled = existsSync(path("node_modules/llama-reward"));

const library = isInstalled
  ? []
  : [
      { find: /^llama-reward\/electron$/, replacement: `${REPOSITORY_BUILD}serve/electron/index.js` },
      { find: /^llama-reward\/electron\/(\w+)$/, replacement: `${REPOSITORY_BUILD}serve/electron/$1.js` },
      { find: /^llama-reward\/(check|convert)$/, replacement: `${REPOSITORY_BUILD}$1/index.js` },
    ];

/** What runs in Node alone. */
const ENTRIES = isInstalled
  ? ["llama-reward/electron", "llama-reward/check", "llama-reward/convert"]
  : ["serve/electron", "check", "convert"].map((room) => `${REPOSITORY_BUILD}${room}/index.js`);

/** The page. Relative addresses, because Electron serves it from a custom scheme and the dev server from its root. */
const page: UserConfig = {
  root: path("renderer"),
  base: "./",
  resolve: { alias: library },
  build: { outDir: path("dist/renderer"), emptyOutDir: true, modulePreload: { polyfill: false } },
};

/**
 * One script for Node or Electron. The main library stays external: its host script and native addon have to be files of
 * their own. What a preload script needs is bundled, since a sandboxed one cannot import packages.
 */
function script(entry: string, name: string, format: "es" | "cjs"): UserConfig {
  return {
    root: path("."),
    resolve: { alias: library },
    build: {
      ssr: path(entry),
      outDir: path("dist"),
      emptyOutDir: false,
      rolldownOptions: {
        external: ["electron", "ws", ...ENTRIES],
        output: { format, entryFileNames: name },
      },
    },
    ssr: { noExternal: ["llama-reward"] },
  };
}

export default defineConfig(({ mode }) => {
  switch (mode) {
    case "main":
      return script("main/main.ts", "main.mjs", "es");
    case "preload":
      return script("main/preload.ts", "preload.cjs", "cjs");
    case "pull-process":
      return script("main/pull-process.ts", "pull-process.mjs", "es");
    case "dev-server":
      return script("dev-server.ts", "dev-server.mjs", "es");
    default:
      return page;
  }
});
