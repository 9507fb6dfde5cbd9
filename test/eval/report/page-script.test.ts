import { readFile, writeFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { EVAL_FILES, renderReport, type EvalSummary } from "../../../lib/eval/index.js";
import { runEval } from "../../../lib/eval/run-eval.js";
import { toLines } from "../../cli/cli.js";
import { EvalFolder } from "../eval-folder.js";
import { FakeScorer } from "../fake-scorer.js";
import { hasChromium, inChromium, ReportBrowser, violations } from "./report-browser.js";

const folder = EvalFolder.use();

/** Cells of a column of the scores table, section by section. */
async function column(page: Page, title: RegExp): Promise<string[][]> {
  const heads = await page.locator("table[data-name=scores] thead th").allTextContents();
  const index = heads.findIndex((head) => title.test(head));
  const bodies = await page.locator("table[data-name=scores] tbody").all();
  return Promise.all(
    bodies.map((body) =>
      body.locator(`tr:not(.total) :nth-child(${index + 1}):is(th, td)`).allTextContents(),
    ),
  );
}

async function savedCsv(page: Page, table: string): Promise<{ name: string; text: string }> {
  const waiting = page.waitForEvent("download");
  await page.locator(`.data:has(table[data-name="${table}"])`).getByRole("button", { name: /CSV/ }).click();
  const download = await waiting;
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

describe.skipIf(!hasChromium)(inChromium("the page's script"), () => {
  const browser = ReportBrowser.use();
  let path = "";
  let summary: EvalSummary;

  beforeAll(async () => {
    // A name that a spreadsheet would run, one that breaks lines, one that ends a cell.
    const rows = folder.rows.map((row, index) => ({
      ...row,
      id: index === 0 ? "ref:1 / \u00e9 50%" : `r${index}`,
      subset: index < 3 ? "=cmd|' /C calc'!A0" : row.subset,
    }));
    const odd = { ...folder.rows[5], id: "comma", subset: 'a,"b"\nc' };
    const data = await folder.file("script.jsonl", toLines([...rows, odd]));
    await runEval(folder.options("other-run", { data, scorer: new FakeScorer({ name: "o/other" }) }));
    // The first record is judged most wrongly.
    const scores = await folder.file(
      "script.scores.jsonl",
      toLines(
        [...rows, odd].map(({ id }, index) => ({ id, chosen: index === 0 ? -50 : index % 3, rejected: 0.5 })),
      ),
    );
    summary = await runEval({
      ...folder.options("script", {
        data,
        scores,
        against: folder.at("other-run"),
        command: "llama-reward eval 'a b'",
      }),
      scorer: undefined,
    });
    path = folder.at("script", EVAL_FILES.report);
  });

  it("sorts within sections, up, down and back, and says so", async () => {
    const { page, complaints } = await browser.open(path);
    const original = await column(page, /^Name/);
    const head = page.locator("table[data-name=scores] thead th", { hasText: "Records" });
    await head.getByRole("button").click();
    expect(await head.getAttribute("aria-sort")).toBe("descending");
    for (const counts of (await column(page, /^Records/)).map((cells) => cells.map(Number)))
      expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    await head.getByRole("button").press("Enter");
    expect(await head.getAttribute("aria-sort")).toBe("ascending");
    for (const counts of (await column(page, /^Records/)).map((cells) => cells.map(Number)))
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    await head.getByRole("button").click();
    expect(await head.getAttribute("aria-sort")).toBeNull();
    expect(await column(page, /^Name/)).toEqual(original);
    // Each section stays above its subsets.
    const bodies = await page.locator("table[data-name=scores] tbody tr:first-child").all();
    const firsts = await Promise.all(bodies.map((row) => row.getAttribute("class")));
    expect(firsts.slice(0, 5)).toEqual(["total", "total", "total", "total", "total"]);
    expect(complaints).toEqual([]);
  });

  it("saves exact numbers as CSV, and no name as a formula", async () => {
    const { page, complaints } = await browser.open(path);
    const { name, text } = await savedCsv(page, "scores");
    expect(name).toBe("scores.csv");
    const lines = text.split("\r\n");
    expect(lines[0]).toBe("group,Name,Accuracy,95 % interval,Records");
    const hepGo = lines.find((line) => line.startsWith("Reasoning,hep-go,"));
    const [low, high] = summary.intervals.subsets["hep-go"] ?? [];
    expect(hepGo).toBe(
      `Reasoning,hep-go,${summary.subsets["hep-go"]},${low} to ${high},${summary.counts["hep-go"]}`,
    );
    expect(text).toContain(`no section,'=cmd|' /C calc'!A0,`);
    expect(text).toContain(`no section,"a,""b""\nc",`);
    expect(complaints).toEqual([]);
  });

  it("copies a table and the command", async () => {
    const { page } = await browser.open(path);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy the command" }).click();
    await page.getByText("Copied").waitFor();
    const copied = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(copied).toBe("llama-reward eval 'a b'");
  });

  it("opens the pair that a link names, however its id is spelled in the address", async () => {
    const id = "ref:1 / \u00e9 50%";
    for (const hash of [`#pair-${encodeURIComponent(id)}`, "#pair-ref:1%20/%20%C3%A9%2050%25"]) {
      const { page, complaints } = await browser.open(path, { hash });
      const pair = page.locator("details.pair", { hasText: `record ${id}` });
      expect(await pair.getAttribute("open")).not.toBeNull();
      await pair.locator(".text").first().waitFor({ state: "visible" });
      expect((await pair.boundingBox())?.y).toBeLessThan(400);
      expect(complaints).toEqual([]);
    }
    // A link within the page, to a pair that is closed.
    const { page } = await browser.open(path);
    const closed = page.locator("details.pair:not([open])").first();
    const anchor = await closed.locator(".pair-texts").getAttribute("id");
    await page.evaluate(`location.hash = ${JSON.stringify(anchor)}`);
    await page.locator(`details.pair[open] [id="${anchor}"]`).waitFor();
  });

  it("does not run when a letter of it is changed, and the page says all without it", async () => {
    const source = await readFile(path, "utf8");
    const changed = folder.at("script", "changed.html");
    await writeFile(changed, source.replace('made.type = "button"', 'made.type = "reset"'));
    const { page, complaints } = await browser.open(changed);
    expect(complaints.join()).toMatch(/Content Security Policy/);
    expect(await page.locator("main button").count()).toBe(0);
    expect(await page.locator("table[data-name=scores] tbody tr").count()).toBeGreaterThan(20);
    const inline = folder.at("script", "inline.html");
    await writeFile(inline, source.replace("<h1>", `<script>document.title = "owned"</script><h1>`));
    const second = await browser.open(inline);
    expect(await second.page.title()).not.toBe("owned");
    expect(await second.page.locator("main button").count()).toBeGreaterThan(5);
  });

  it("is printed with its numbers open and nothing cut off", async () => {
    const { page } = await browser.open(path, { viewport: { width: 700, height: 900 } });
    await page.emulateMedia({ media: "print" });
    const tables = await page.locator("details.numbers table").all();
    expect(tables.length).toBe(2);
    for (const table of tables) expect((await table.boundingBox())?.height).toBeGreaterThan(20);
    expect(await page.locator("nav, .tools").first().isVisible()).toBe(false);
    const pdf = await page.pdf();
    expect(pdf.subarray(0, 4).toString()).toBe("%PDF");
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(700);
  });

  it("names charts and tells the figure under the pointer", async () => {
    const { page } = await browser.open(path);
    const chart = page.getByRole("img", { name: "Chart: Margins" });
    const describedBy = await chart.getAttribute("aria-describedby");
    expect(await page.locator(`[id="${describedBy}"]`).textContent()).toMatch(
      /By how much the chosen answer wins/,
    );
    const titles = await chart.locator("path > title").allTextContents();
    expect(titles.length).toBe(summary.margins.length);
    expect(titles[0]).toMatch(/^Margin .* to .*: \d+ records$/);
    const dots = page.locator("table[data-name=scores] tr", { hasText: "hep-go" }).locator("g > title");
    expect(await dots.textContent()).toMatch(/^hep-go: [\d.]+ % \(95 %: [\d.]+ to [\d.]+ %\), \d+ records$/);
  });
});

describe.skipIf(!hasChromium)(inChromium("a page of little, or of much"), () => {
  const browser = ReportBrowser.use();

  const evaluate = async (
    name: string,
    rows: object[],
    scores: object[],
    against: string[] = [],
  ): Promise<EvalSummary> =>
    runEval({
      ...folder.options(name, {
        benchmark: "pairs",
        data: await folder.file(`${name}.jsonl`, toLines(rows)),
        scores: await folder.file(`${name}.scores.jsonl`, toLines(scores)),
        against,
      }),
      scorer: undefined,
    });
  const pairs = (count: number, subset?: (row: number) => string): object[] =>
    Array.from({ length: count }, (_, id) => ({
      id,
      prompt: `q ${id}`,
      chosen: "a",
      rejected: "b",
      ...(subset === undefined ? {} : { subset: subset(id) }),
    }));

  it.each<[string, object[], object[], RegExp]>([
    ["one-record", pairs(1), [{ id: 0, chosen: 1, rejected: 0 }], /100\.0/],
    [
      "not-scored",
      pairs(2),
      [
        { id: 0, error: { code: "X" } },
        { id: 1, error: { code: "X" } },
      ],
      /Not scored, counted as wrong: 2 records/,
    ],
    ["all-equal", pairs(40), pairs(40).map((_, id) => ({ id, chosen: 0, rejected: 0 })), /0\.0/],
  ])(
    "%s: nothing that is not a number is shown as one, and nothing is wrong",
    async (name, rows, scores, words) => {
      await evaluate(name, rows, scores);
      const { page, complaints } = await browser.open(folder.at(name, EVAL_FILES.report));
      const text = (await page.locator("main").textContent()) ?? "";
      expect(text).toMatch(words);
      expect(text).not.toMatch(/NaN|undefined|\bnull\b|Infinity|\[object/);
      expect(await page.locator("main").innerHTML()).not.toMatch(/NaN|Infinity/);
      expect(complaints).toEqual([]);
      expect(await violations(page, "light")).toEqual([]);
    },
  );

  it("says why there is no average", async () => {
    const ties = { subset: "Ties", prompt: "q", chosen: ["a"], rejected: ["b"], num_correct: 1 };
    const data = await folder.file("ties.jsonl", toLines([{ ...ties, id: "tied:1" }]));
    const scorer = new FakeScorer();
    const { average } = await runEval(folder.options("ties", { benchmark: "rewardbench2", data, scorer }));
    expect(average).toBeNaN();
    const { page } = await browser.open(folder.at("ties", EVAL_FILES.report));
    expect(await page.locator(".notice").textContent()).toMatch(
      /There is no average: the subset Ties has no prompt/,
    );
  });

  it("stays small with ten thousand records in as many subsets, and says what it leaves out", async () => {
    const rows = pairs(10_000, (row) => `subset ${row}`);
    const scores = rows.map((_, id) => ({
      id,
      chosen: { reward: id % 3, tokens: id % 700, std: 1 },
      rejected: { reward: 1, tokens: id % 90, std: 1 },
    }));
    await evaluate("many", rows, scores, [await folder.file("many.other.jsonl", toLines(scores))]);
    const path = folder.at("many", EVAL_FILES.report);
    expect((await readFile(path)).length).toBeLessThan(1_000_000);
    const { page } = await browser.open(path);
    const main = (await page.locator("main").textContent()) ?? "";
    expect(main).toMatch(/The first 200 lines; summary\.json has 9,8\d\d more lines/);
    expect(main).toMatch(/The first 200 of 10000 lines; summary\.json has them all/);
    expect(main).toMatch(/The 20 of [\d,]+ records judged wrongly/);
    expect(await page.locator("*").count()).toBeLessThan(20_000);
  });

  it("has texts and names of any length and kind as text", async () => {
    const hostile = `</script><script>document.title="owned"</script><img src=x onerror="document.title='owned'">`;
    const long = `${hostile}${"x".repeat(50_000)}`;
    const rows = [{ id: hostile, prompt: long, chosen: long, rejected: hostile, subset: hostile }];
    const summary = await evaluate("hostile", rows, [{ id: hostile, chosen: 0, rejected: 1 }]);
    const page_ = await renderReport({ ...summary, model: hostile }, []);
    expect(page_).not.toContain("<img");
    const { page, complaints } = await browser.open(folder.at("hostile", EVAL_FILES.report), {
      hash: `#pair-${encodeURIComponent(hostile)}`,
    });
    expect(await page.locator("details.pair[open] .text").first().textContent()).toContain(
      "more characters]",
    );
    await page.waitForTimeout(200);
    expect(await page.title()).not.toBe("owned");
    expect(complaints).toEqual([]);
  });
});

describe.skipIf(!hasChromium)(inChromium("runs side by side"), () => {
  const browser = ReportBrowser.use();

  it.each([1, 3])("with %i others", async (others) => {
    const against: string[] = [];
    for (let other = 0; other < others; other++) {
      const name = `run-${others}-${other}`;
      await runEval(folder.options(name, { scorer: new FakeScorer({ name: `owner/other-${other}` }) }));
      against.push(folder.at(name));
    }
    const scores = await folder.file(
      `mine-${others}.jsonl`,
      toLines(folder.rows.map(({ id }, index) => ({ id, chosen: index % 9, rejected: 1.5 }))),
    );
    const out = `compared-${others}`;
    const { comparison } = await runEval({ ...folder.options(out, { scores, against }), scorer: undefined });
    const { page, complaints } = await browser.open(folder.at(out, EVAL_FILES.report), {
      viewport: { width: 400, height: 800 },
    });
    const sections = await page.locator("main section h2").allTextContents();
    expect(sections[0]).toBe(others === 1 ? "Against owner/other-0" : "4 runs compared");
    expect(await page.locator("nav a").allTextContents()).toEqual(sections);
    expect(await page.locator("table[data-name=runs] tbody tr").count()).toBe(others + 1);
    expect(await page.locator("table[data-name=differences] tbody tr").count()).toBe(others === 1 ? 1 : 6);
    const first = comparison?.differences[0];
    const points = (100 * Math.abs(first?.average.difference ?? 0)).toFixed(1);
    expect(await page.locator(".verdict p").first().textContent()).toContain(points);
    const { text } = await savedCsv(page, "differences");
    expect(text.split("\r\n")[1]).toContain(String(first?.average.difference));
    expect(text.split("\r\n")[1]).toContain(String(first?.mcnemar.pValue));
    expect(
      await page.locator("table[data-name=runs-by-subset] tbody tr").first().locator("g path").count(),
    ).toBe(others + 1);
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(400);
    expect(complaints).toEqual([]);
    expect(await violations(page, "light")).toEqual([]);
    expect(await violations(page, "dark")).toEqual([]);
  });
});
