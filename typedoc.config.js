import { readFileSync } from "node:fs";

const { exports } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

/** The API reference of `npm run docs`: every entry of the package, from the comments, a page each. */
export default {
  name: "llama-reward",
  tsconfig: "tsconfig.build.json",
  entryPoints: Object.values(exports).flatMap(({ types }) =>
    types === undefined ? [] : [types.replace("./dist/", "lib/").replace(".d.ts", ".ts")],
  ),
  plugin: ["typedoc-plugin-markdown"],
  out: "build/site/api",
  entryFileName: "index",
  outputFileStrategy: "modules",
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useHTMLEncodedBrackets: true,
  disableSources: true,
  readme: "none",
  excludeInternal: true,
  excludePrivate: true,
  // Schemas: a user writes down the types that are inferred from them.
  intentionallyNotExported: ["fileRecord", "publishedScore", "rewardJsonSchema", "weightsRecord"],
  validation: { notExported: true, invalidLink: true },
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
};
