import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../api.js";

/** A fenced block of a page. */
export interface Block {
  /** Path of the page in the repository, e.g. `docs/serving.md`. */
  page: string;
  /** Line of the fence, from 1. */
  line: number;
  language: string;
  code: string;
  /** What the comment above the fence says, `<!-- hub -->`: how the block is checked where that is not by running it as it is. */
  marker: string;
}

/** The pages whose blocks are checked: README, the guides, and what stands beside the examples. */
export function pages(): string[] {
  const guides = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  const examples = readdirSync(join(ROOT, "examples"), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && entry.name === "README.md" && !entry.parentPath.includes("node_modules"),
    )
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll("\\", "/"));
  return ["README.md", ...guides.map((name) => `docs/${name}`), ...examples].sort();
}

export function readPage(page: string): Block[] {
  return readBlocks(page, readFileSync(join(ROOT, page), "utf8"));
}

export function readBlocks(page: string, text: string): Block[] {
  const blocks: Block[] = [];
  let marker = "";
  let open: { line: number; indent: number; fence: string; language: string; lines: string[] } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const [, indent = "", fence = "", language = ""] = /^( *)(`{3,})(\S*)/.exec(line) ?? [];
    if (open !== undefined) {
      if (fence.length >= open.fence.length && language === "") {
        blocks.push({
          page,
          line: open.line,
          language: open.language,
          code: `${open.lines.join("\n")}\n`,
          marker,
        });
        open = undefined;
        marker = "";
      } else open.lines.push(line.slice(open.indent));
    } else if (fence !== "") open = { line: index + 1, indent: indent.length, fence, language, lines: [] };
    else if (line.trim() !== "") marker = /^<!-- (.+) -->$/.exec(line)?.[1] ?? "";
  }
  if (open !== undefined) throw new Error(`${page}:${open.line}: the block does not end`);
  return blocks;
}
