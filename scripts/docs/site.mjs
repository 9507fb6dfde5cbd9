// Builds the documentation site into build/docs: README, the guides of docs/ and the API reference from the comments. `npm run docs`.
//
// Fails on dead links, on links out of docs/ to what is not there, on a page that the sidebar lacks, and on what TypeDoc warns of.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Application } from "typedoc";
import { build } from "vitepress";
import { SIDEBAR } from "./site/sidebar.mjs";

const ROOT = path.join(import.meta.dirname, "../..");
const PAGES = path.join(ROOT, "build/site");

rmSync(PAGES, { recursive: true, force: true });
mkdirSync(PAGES, { recursive: true });
copyPage("README.md", "index.md");
copyPage("CHANGELOG.md", "changelog.md");
for (const file of readdirSync(path.join(ROOT, "docs"))) {
  if (file.endsWith(".md")) copyPage(`docs/${file}`, file);
}
const images = path.join(ROOT, "docs/images");
if (existsSync(images)) cpSync(images, path.join(PAGES, "images"), { recursive: true });
await writeApi();
checkSidebar();
await build(path.join(import.meta.dirname, "site"));

/** Links between pages are those of the site; what leaves them stays as text, and must be in the repository. */
function copyPage(source, target) {
  const text = readFileSync(path.join(ROOT, source), "utf8");
  const folder = path.dirname(path.join(ROOT, source));
  const linked = text.replaceAll(
    /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\((?!https?:|#)([^)\s]+)\)/g,
    (_, image, label, link) => {
      const [file, anchor] = link.split("#");
      const absolute = path.resolve(folder, file);
      if (!existsSync(absolute)) throw new Error(`${source}: ${link} leads nowhere`);
      const page = pageOf(path.relative(ROOT, absolute).replaceAll(path.sep, "/"));
      if (page === undefined) return label;
      return `${image}[${label}](./${page}${anchor === undefined ? "" : `#${anchor}`})`;
    },
  );
  writeFileSync(path.join(PAGES, target), linked);
}

/** Where a file of the repository is on the site. */
function pageOf(file) {
  if (file === "README.md") return "index.md";
  if (file === "CHANGELOG.md") return "changelog.md";
  return /^docs\/(images\/.*|[^/]*\.md)$/.exec(file)?.[1];
}

async function writeApi() {
  const app = await Application.bootstrapWithPlugins({ options: ROOT, out: path.join(PAGES, "api") });
  const project = await app.convert();
  if (project === undefined) throw new Error("TypeDoc could not read the sources");
  app.validate(project);
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings())
    throw new Error("TypeDoc has something to say, above");
}

function checkSidebar() {
  const listed = SIDEBAR.flatMap(({ items }) => items.map(({ link }) => `${link.slice(1)}.md`));
  const unlisted = readdirSync(PAGES).filter((file) => file.endsWith(".md") && !listed.includes(file));
  if (unlisted.length > 0)
    throw new Error(`scripts/docs/site/sidebar.mjs has no place for ${unlisted.join(", ")}`);
}
