import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkBlock, isUnrun } from "./blocks/check-block.js";
import { compile } from "./blocks/check-script.js";
import { pages, readPage } from "./blocks/read-blocks.js";
import { Workplace } from "./blocks/workplace.js";

const blocks = pages().flatMap(readPage);

/** Blocks of one page run one after the other in one folder, as a reader would type them. */
describe.skipIf(process.platform === "win32")("the code of", () => {
  let template = "";
  beforeAll(async () => {
    template = await Workplace.makeTemplate();
  });
  afterAll(() => rm(template, { recursive: true, force: true }));

  it.each(pages().filter((page) => blocks.some((block) => block.page === page)))(
    "%s runs",
    async (page) => {
      const problems: string[] = [];
      const place = await Workplace.create(template);
      try {
        for (const block of readPage(page)) {
          await checkBlock(block, place).catch((error: unknown) => {
            problems.push(`${page}:${block.line}: ${error instanceof Error ? error.message : String(error)}`);
          });
        }
      } finally {
        await place.remove();
      }
      expect(problems).toEqual([]);
    },
    300_000,
  );
});

it("compiles where it is TypeScript", async () => {
  expect(await compile(blocks.filter(({ language }) => language === "ts"))).toEqual([]);
}, 120_000);

it("is not run for a reason in few places only", () => {
  const unrun = blocks.filter(isUnrun);
  expect(blocks.length).toBeGreaterThan(30);
  expect(unrun.length).toBeLessThan(blocks.length / 2);
});
