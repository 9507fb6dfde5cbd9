import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BenchmarkName } from "../../../lib/eval/index.js";
import { runEval } from "../../../lib/eval/run-eval.js";
import { EVAL_FILES } from "../../../lib/eval/eval-options.js";
import { escapeHtml, html } from "../../../lib/eval/report/html/html.js";
import { toLines } from "../../cli/cli.js";
import { temporaryFolder } from "../../support/fixtures.js";
import { FakeScorer } from "../fake-scorer.js";
import { syntheticRewardBench2, syntheticRmBench } from "../synthetic-benchmarks.js";
import { syntheticRewardBench } from "../synthetic-rewardbench.js";
import { hasChromium, inChromium, overflow, ReportBrowser, violations } from "./report-browser.js";

describe("html", () => {
  it("escapes what is inserted and keeps what is written", () => {
    const text = `<img src=x onerror="alert('1')"> & more`;
    expect(html`<p title="${text}">${text}${1}${null}${[html`<b>${"<"}</b>`, "x"]}</p>`.text).toBe(
      `<p title="${escapeHtml(text)}">${escapeHtml(text)}1<b>&lt;</b>x</p>`,
    );
    expect(escapeHtml(text)).toBe("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; more");
  });
});

/** Texts that would become markup, or break out of it, if any place of the report forgot to escape. */
const HOSTILE = [
  `<script>document.title = "owned"</script>`,
  `</pre></details></style></title><img src="x" onerror="document.title='owned'">`,
  `"><svg onload="document.title='owned'">`,
  `<iframe src="javascript:parent.document.title='owned'"></iframe>\u0000\u202Egnp.exe`,
];

describe.skipIf(!hasChromium)(inChromium("report.html"), () => {
  const browser = ReportBrowser.use();
  let folder: string;
  let page: Page;
  let problems: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "llama-reward-report-"));
    const rows = syntheticRewardBench(0.2).map((row, index) => {
      const hostile = HOSTILE[index % HOSTILE.length] ?? "";
      // Judged wrongly by far, so that the texts are shown.
      return index < 12
        ? { ...row, prompt: hostile, chosen: hostile, rejected: `${hostile} good ${index}` }
        : row;
    });
    const odd = { ...rows[0], id: `<b>${HOSTILE[1]}`, subset: `${HOSTILE[0]}` };
    const data = join(folder, "data.jsonl");
    await writeFile(data, `${toLines([...rows, odd])}${HOSTILE[0]}\n`);
    await runEval({
      benchmark: "rewardbench",
      data,
      out: folder,
      scorer: new FakeScorer({ name: `<i>${HOSTILE[2]}` }),
      bootstrap: { resamples: 50 },
    });
    ({ page, complaints: problems } = await browser.open(join(folder, EVAL_FILES.report)));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("draws every chart", async () => {
    const charts = ["margins", "calibration", "uncertainty", "length"];
    const figures = await page.locator("figure").all();
    expect(await Promise.all(figures.map((figure) => figure.getAttribute("data-chart")))).toEqual(charts);
    for (const chart of charts) {
      const drawing = page.locator(`figure[data-chart="${chart}"] svg`);
      const box = await drawing.boundingBox();
      expect(box?.width).toBeGreaterThan(200);
      expect(box?.height).toBeGreaterThan(60);
      expect(await drawing.locator("path, line").count()).toBeGreaterThan(10);
      const text = await drawing.textContent();
      expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
    }
  });

  it("shows texts of the dataset as text: nothing runs, nothing is loaded, nothing is logged", async () => {
    await page.waitForTimeout(200);
    expect(problems).toEqual([]);
    expect(await page.title()).toBe(`RewardBench: <i>${HOSTILE[2]}`);
    expect(await page.locator("iframe, img, object, link").count()).toBe(0);
    expect(await page.locator("script").count()).toBe(1);
    const body = (await page.locator("body").textContent()) ?? "";
    for (const text of HOSTILE.slice(0, 3)) expect(body).toContain(text);
    expect(await page.locator("details.pair").count()).toBeGreaterThan(10);
  });

  it("is one file, without the address of another page", async () => {
    const source = await readFile(join(folder, EVAL_FILES.report), "utf8");
    expect(source.match(/(?:src|href)="(?!#)/g)).toBeNull();
  });

  it("can be read without a mouse", async () => {
    await page.locator("h1").click();
    const reached = new Set<string>();
    for (let presses = 0; presses < 400; presses++) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      if ((await focused.count()) === 0) break;
      reached.add((await focused.textContent()) ?? "");
    }
    expect([...reached].filter((text) => text.startsWith("Margin")).length).toBeGreaterThan(10);
    const closed = page.locator("details.pair").nth(5);
    expect(await closed.getAttribute("open")).toBeNull();
    await closed.locator("summary").focus();
    await page.keyboard.press("Enter");
    expect(await closed.getAttribute("open")).not.toBeNull();
  });

  it.each(["light", "dark"] as const)("is accessible in %s, with everything open", async (colorScheme) => {
    await page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))");
    expect(await violations(page, colorScheme)).toEqual([]);
    // axe does not look into drawings: their labels have one colour, that of the text around them.
    const colours = await page.evaluate<string[]>(
      "[...document.querySelectorAll('figure svg text')].map((text) => getComputedStyle(text).fill)",
    );
    expect(new Set(colours)).toEqual(
      new Set([await page.evaluate<string>("getComputedStyle(document.body).color")]),
    );
  });

  it.each([400, 1000, 1600])("fits a window of %i pixels", async (width) => {
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(width);
    expect(await overflow(page, "main, main > *, figure svg, svg.dots")).toBeLessThanOrEqual(0);
  });
});

/** Answers that are hostile now and then, of different lengths, right ones better than wrong ones. */
function answer(subset: string, row: number, isChosen: boolean): string {
  const words = `${isChosen ? "a good" : "another"} answer ${row} ${"and so on ".repeat((row * 7 + Number(isChosen)) % 11)}`;
  return row % 3 === 0 ? `${HOSTILE[row % HOSTILE.length] ?? ""} ${words}` : `${words} ${subset}`;
}

describe.skipIf(!hasChromium)(inChromium("reports of other benchmarks"), () => {
  const browser = ReportBrowser.use();
  const charts = ["margins", "uncertainty", "length"];

  it.each<[BenchmarkName, object[], string[], RegExp]>([
    ["rewardbench2", syntheticRewardBench2(20, answer), charts, /Records left of the line/],
    [
      "rm-bench",
      syntheticRmBench(20, answer),
      charts,
      /Comparisons left of the line are judged wrongly.*nine comparisons/,
    ],
  ])("%s: every chart is drawn and no text runs", async (benchmark, rows, expected, words) => {
    const folder = await temporaryFolder();
    const data = join(folder, "data.jsonl");
    await writeFile(data, toLines(rows));
    const scorer = new FakeScorer({ name: HOSTILE[0] ?? "" });
    await runEval({ benchmark, data, out: folder, scorer, bootstrap: { resamples: 50 } });
    const { page, complaints } = await browser.open(join(folder, EVAL_FILES.report));
    const figures = await page.locator("figure").all();
    expect(await Promise.all(figures.map((figure) => figure.getAttribute("data-chart")))).toEqual(expected);
    for (const figure of figures) {
      expect(await figure.locator("svg path, svg line").count()).toBeGreaterThan(10);
      expect(await figure.textContent()).not.toMatch(/NaN|undefined|null|Infinity/);
    }
    expect(await page.locator("main").textContent()).toMatch(words);
    expect(await page.locator("details.pair").count()).toBeGreaterThan(3);
    await page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))");
    await page.waitForTimeout(200);
    expect(complaints).toEqual([]);
    expect(await page.title()).toContain(HOSTILE[0]);
    expect(await page.locator("iframe, img, object, link").count()).toBe(0);
    const empty = await page.locator("td:empty").all();
    expect(await Promise.all(empty.map((cell) => cell.locator("xpath=../..").textContent()))).toEqual([]);
    const records = page.locator("section[aria-labelledby=scores] tbody[data-group=subsets] td:last-child");
    const counts = (await records.allTextContents()).map(Number);
    expect(counts.reduce((sum, count) => sum + count)).toBe(rows.length);
    expect(await violations(page, "light")).toEqual([]);
  });

  it.each<[string, (row: number) => object, string[]]>([
    ["no subsets", () => ({}), ["all records"]],
    ["some without", (row) => (row % 2 === 0 ? {} : { subset: "x" }), ["no subset", "x"]],
  ])(
    "pairs with %s: names and counts them, and fits a telephone whatever ids are",
    async (_, more, names) => {
      const folder = await temporaryFolder();
      const data = join(folder, "data.jsonl");
      const rows = Array.from({ length: 30 }, (__, row) => ({
        id: `${"0123456789abcdef".repeat(16)}${row}`,
        prompt: `q ${row}`,
        chosen: answer("pairs", row, true),
        rejected: answer("pairs", row, row % 2 === 0),
        ...more(row),
      }));
      await writeFile(data, toLines(rows));
      await runEval({
        benchmark: "pairs",
        data,
        out: folder,
        scorer: new FakeScorer(),
        bootstrap: { resamples: 20 },
      });
      const { page } = await browser.open(join(folder, EVAL_FILES.report), {
        viewport: { width: 400, height: 800 },
      });
      await page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))");
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(400);
      const lines = await page.locator("section[aria-labelledby=scores] tbody[data-group=subsets] tr").all();
      const shown = await Promise.all(lines.map((line) => line.locator("th").textContent()));
      const counts = await Promise.all(lines.map((line) => line.locator("td").last().textContent()));
      expect(shown.map((name) => name?.replace(" too few", "")).sort()).toEqual(names);
      expect(counts.map(Number).reduce((sum, count) => sum + count)).toBe(rows.length);
      // Thirty records are enough, fifteen are too few.
      const marks = lines.map(async (line) => (await line.locator(".few").count()) > 0);
      expect(await Promise.all(marks)).toEqual(names.map(() => names.length > 1));
    },
  );
});
