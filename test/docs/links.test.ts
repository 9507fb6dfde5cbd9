import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "./api.js";
import { pages } from "./blocks/read-blocks.js";

/** The anchors of a page, as GitHub and the site make them of headings. */
function anchors(file: string): Set<string> {
  const text = readFileSync(file, "utf8").replaceAll(/^```[^]*?^```/gm, "");
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) => title);
  return new Set(
    headings.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[`*]/g, "")
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

it.each([...pages(), "CHANGELOG.md"])("links of %s lead somewhere", (page) => {
  const text = readFileSync(join(ROOT, page), "utf8").replaceAll(/^```[^]*?^```/gm, "");
  const broken = [...text.matchAll(/\]\((?!https?:)([^)\s]*)\)/g)].flatMap(([, link = ""]) => {
    const [path = "", anchor] = link.split("#");
    const file = path === "" ? join(ROOT, page) : join(ROOT, dirname(page), path);
    if (!existsSync(file)) return [link];
    return anchor === undefined || anchors(file).has(anchor) ? [] : [link];
  });
  expect(broken).toEqual([]);
});

it("every page of docs/ can be reached from the README", () => {
  const seen = new Set<string>();
  const waiting = ["README.md"];
  for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
    if (seen.has(page)) continue;
    seen.add(page);
    const text = readFileSync(join(ROOT, page), "utf8");
    for (const [, link = ""] of text.matchAll(/\]\((?!https?:)([^)#\s]+\.md)/g))
      waiting.push(relative(ROOT, join(ROOT, dirname(page), link)).replaceAll("\\", "/"));
  }
  expect(pages().filter((page) => page.startsWith("docs/") && !seen.has(page))).toEqual([]);
});
