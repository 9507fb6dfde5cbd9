import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { buildApp } from "../../test/app/build-app.js";
import { findChromium, launchChromium } from "../../test/app/chromium.js";
import { DevServer } from "../../test/app/dev-server.js";
import { chooseFile, openModel, rank, writeCandidates } from "../../test/app/steps.js";

const CLICKS = 20;
const CANDIDATES = 10;
const RECORDS = 1000;
const MODELS = fileURLToPath(new URL("../../test/fixtures/models", import.meta.url));

/** Prints how long the page takes and what it complains of. A figure of the machine, not a bound. */
export async function measurePage(): Promise<void> {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error("No Chromium was found. Set CHROMIUM_PATH.");
  const app = await buildApp("page", "dev-server", "pull-process");
  const server = await DevServer.start(join(app.directory, "dev-server.mjs"), ["--models", MODELS]);
  const browser = await launchChromium(chromium);
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 860 } });
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(server.address);
    const faults = [await countFaults(page)];
    await openModel(page, "urm-llama3.1-tiny");
    const times = await measureClicks(page);
    faults.push(await countFaults(page));
    const run = await measureRun(page);
    faults.push(await countFaults(page));
    const [model = "unknown"] = cpus().map((cpu) => cpu.model);
    console.log(`machine: ${cpus().length} × ${model}, Chromium ${browser.version()}`);
    console.log(
      `click to dots, ${CANDIDATES} candidates, new texts each time, ${CLICKS} clicks: ${describe(times)}`,
    );
    console.log(`${RECORDS} records: ${run.seconds.toFixed(1)} s, longest task ${longest(run.longTasks)}`);
    console.log(`console errors: ${complaints.length}${complaints.map((text) => `\n  ${text}`).join("")}`);
    console.log(`axe violations: ${faults.reduce((sum, count) => sum + count, 0)}`);
  } finally {
    await browser.close();
    await server.stop();
    await app.remove();
  }
}

async function measureClicks(page: Page): Promise<number[]> {
  const times: number[] = [];
  for (let click = -1; click < CLICKS; click++) {
    const texts = Array.from({ length: CANDIDATES }, (_, index) => `Answer ${index} of click ${click}.`);
    await writeCandidates(page, "Which of these answers is the best one?", texts);
    const ms = await rank(page, CANDIDATES);
    // The first one warms up.
    if (click >= 0) times.push(ms);
  }
  return times.sort((a, b) => a - b);
}

async function measureRun(page: Page): Promise<{ seconds: number; longTasks: number[] }> {
  const records = Array.from({ length: RECORDS }, (_, index) =>
    JSON.stringify({ prompt: `Question ${index}?`, response: `Answer ${index}.` }),
  );
  await chooseFile(page, "records.jsonl", records);
  await page.evaluate(`
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration)))
      .observe({ type: "longtask" });
  `);
  const start = performance.now();
  await page.getByRole("button", { name: /^Score 1,000/ }).click();
  await page.getByText(/^Done in/).waitFor({ timeout: 300_000 });
  const seconds = (performance.now() - start) / 1000;
  return { seconds, longTasks: await page.evaluate<number[]>("window.longTasks") };
}

async function countFaults(page: Page): Promise<number> {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  return violations.length;
}

/** @param times ascending */
function describe(times: readonly number[]): string {
  const at = (share: number): string => (times[Math.floor(share * (times.length - 1))] ?? NaN).toFixed(0);
  return `median ${at(0.5)} ms, 90 % within ${at(0.9)} ms, longest ${at(1)} ms`;
}

/** The browser tells of tasks from 50 ms only. */
function longest(tasks: readonly number[]): string {
  return tasks.length === 0
    ? "under 50 ms"
    : `${Math.max(...tasks).toFixed(0)} ms (${tasks.length} from 50 ms)`;
}
