import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildHost, removeHosts } from "../host/build-host.js";
import { fakeReward } from "../host/fake-scorer.js";
import { buildApp, type BuiltApp } from "./build-app.js";
import { findChromium, launchChromium } from "./chromium.js";
import { DevServer } from "./dev-server.js";
import { writeFakeModels } from "./model-folders.js";
import { bars, chooseFile, openModel, rank, writeCandidates } from "./steps.js";

const chromium = findChromium();
const TITLE =
  chromium === undefined ? "the page (skipped: no Chromium found; set CHROMIUM_PATH)" : "the page";

describe.skipIf(chromium === undefined)(TITLE, () => {
  let folder = "";
  let app: BuiltApp;
  let server: DevServer;
  let browser: Browser;
  let page: Page;
  let complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "llama-reward app \u00e9-"));
    await writeFakeModels(folder, ["value", "gated", "gated-slow"]);
    const host = await buildHost("fake-host.ts");
    app = await buildApp("page", "dev-server");
    server = await DevServer.start(join(app.directory, "dev-server.mjs"), [
      "--models",
      folder,
      "--host-script",
      host,
    ]);
    browser = await launchChromium(chromium ?? "");
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await app.remove();
    await removeHosts();
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    complaints = [];
    page = await browser.newPage({ viewport: { width: 1200, height: 860 } });
    page.setDefaultTimeout(15_000);
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(server.address);
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  it("ranks candidates: bars best first, whiskers, attributes and gates of the chosen one", async () => {
    await openModel(page, "gated");
    const texts = ["first answer", "second answer", "third answer", "fourth"];
    await writeCandidates(page, "A question?", texts);
    await rank(page, 4);
    const expected = texts
      .map((text, index) => ({
        name: "ABCD"[index],
        reward: Number(fakeReward(`A question? ${text}`).toFixed(2)),
        text,
      }))
      .sort((a, b) => b.reward - a.reward);
    expect(await bars(page)).toEqual(expected);
    expect(await page.locator(".bars .whisker").count()).toBe(4);
    await page.locator(".bar-row").nth(2).click();
    const table = page.getByRole("table", { name: `Attributes of candidate ${expected[2]?.name ?? ""}` });
    expect(await table.getByRole("rowheader").allTextContents()).toEqual([
      "helpfulness",
      "correctness",
      "coherence",
      "complexity",
      "verbosity",
    ]);
    expect(await table.locator(".bar.gate.negative").count()).toBe(2);
  });

  it("gives a probability for two candidates", async () => {
    await openModel(page, "value");
    await writeCandidates(page, "Q", ["a", "b"]);
    await rank(page, 2);
    const margin = fakeReward("Q a") - fakeReward("Q b");
    const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
    const expected = percent.format(1 / (1 + Math.exp(-margin)));
    expect(await page.locator(".split").getAttribute("aria-label")).toContain(`A ${expected}`);
    expect(await page.locator(".whisker, .attributes").count()).toBe(0);
  });

  it("works by keyboard alone", async () => {
    const tabTo = async (accessibleName: RegExp): Promise<void> => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press("Tab");
        const name = await page.evaluate<string>(
          `(() => { const e = document.activeElement; return e.getAttribute("aria-label") ?? e.labels?.[0]?.textContent ?? e.textContent; })()`,
        );
        if (accessibleName.test(name)) return;
      }
      throw new Error(`Tab never reached ${accessibleName.source}.`);
    };
    await page.getByRole("heading", { name: "Open a reward model" }).waitFor();
    await tabTo(/^Model folder$/);
    await page.keyboard.type(join(folder, "gated"));
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: "Rank answers" }).waitFor();
    await tabTo(/^Message 1$/);
    await page.keyboard.type("Question");
    await tabTo(/^Candidate A$/);
    await page.keyboard.type("one");
    await tabTo(/^Candidate B$/);
    await page.keyboard.type("two");
    await page.keyboard.press("Control+Enter");
    await page.locator(".bars").waitFor();
    await tabTo(/^[AB].*, reward/);
    await tabTo(/^[AB].*, reward/);
    await page.keyboard.press("Space");
    expect(await page.locator('.bar-row[aria-pressed="true"]').count()).toBe(1);
    await page.keyboard.press("Shift+Tab");
    await page.getByRole("tab", { name: "Rank answers" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.getByRole("tabpanel", { name: "Score a file" }).isVisible()).toBe(true);
  });

  it("cancels a ranking with Escape, and can rank again", async () => {
    await openModel(page, "gated-slow");
    await writeCandidates(page, "Q", ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]);
    await page.getByRole("button", { name: "Rank answers" }).click();
    await page.getByRole("progressbar", { name: "Scoring" }).waitFor();
    await page.getByRole("textbox", { name: "Candidate A" }).focus();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Rank answers" }).waitFor();
    expect(await page.locator(".bars").count()).toBe(0);
    expect(await rank(page, 10)).toBeGreaterThan(0);
  });

  it("shows hostile text as text, and disarms it in exports", async () => {
    await openModel(page, "value");
    const hostile = [
      `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`,
      '=HYPERLINK("http://evil.example")',
      "javascript:alert(1) {{7*7}} \u202e</textarea></title>",
    ];
    await writeCandidates(page, "<b>bold</b>", hostile);
    await rank(page, 3);
    expect((await bars(page)).map(({ text }) => text).sort()).toEqual([...hostile].sort());
    expect(await page.locator("img, b").count()).toBe(0);
    expect(await page.title()).toBe("llama-reward");
    const csv = await downloaded(page, "Export CSV");
    expect(csv).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
    const [line = ""] = (await downloaded(page, "Export JSONL")).split("\n");
    const { results } = JSON.parse(line) as { results: { response: string; reward: number }[] };
    expect(results.map(({ response }) => response).sort()).toEqual([...hostile].sort());
    expect(results.map(({ reward }) => reward)).toContain(fakeReward(`<b>bold</b> ${hostile[0] ?? ""}`));
  });

  it("takes pasted JSON apart", async () => {
    await openModel(page, "value");
    const paste = async (field: string, text: string): Promise<void> => {
      await page.getByRole("textbox", { name: field, exact: true }).focus();
      await page.evaluate(
        `document.activeElement.dispatchEvent(Object.assign(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: (() => { const d = new DataTransfer(); d.setData("text/plain", ${JSON.stringify(text)}); return d; })() })))`,
      );
    };
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
    ];
    await paste("Message 1", JSON.stringify({ messages }));
    expect(await page.getByRole("textbox", { name: "Message 2" }).inputValue()).toBe("Hi");
    await paste("Candidate A", '["x","y","z"]');
    expect(await page.getByRole("textbox", { name: "Candidate C" }).inputValue()).toBe("z");
  });

  it("scores a file of 1,000 records without a long task", { timeout: 120_000 }, async ({ annotate }) => {
    await openModel(page, "gated");
    const lines = Array.from({ length: 1000 }, (_, index) =>
      index === 7
        ? "{bad"
        : JSON.stringify({ id: `r${index}`, prompt: `Q ${index}`, response: `A ${index}` }),
    );
    lines[9] = JSON.stringify({ id: "r9", prompt: "Q", response: "[refuse]" });
    await chooseFile(page, "records.jsonl", lines);
    await page.evaluate(`
      window.longTasks = [];
      new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((e) => e.duration)))
        .observe({ type: "longtask" });
    `);
    await page.getByRole("button", { name: "Score 1,000 records" }).click();
    await page.getByText(/^Done in/).waitFor();
    const longTasks = await page.evaluate<number[]>("window.longTasks");
    await annotate(
      `longest task: ${longTasks.length === 0 ? "under 50 ms" : `${Math.max(...longTasks)} ms`}`,
    );
    // Only a figure of the run: on a busy machine any task may be interrupted. Many of them are a fault.
    expect(longTasks.filter((duration) => duration > 200)).toEqual([]);

    const figures = await page.locator(".figures dd").allTextContents();
    expect(figures.slice(0, 2)).toEqual(["998", "2"]);
    expect(await page.locator(".table-window tbody tr").count()).toBeLessThan(30);
    await page.evaluate(`document.querySelector(".table-window").scrollTo(0, 36 * 500)`);
    await page.getByRole("rowheader", { name: "r505" }).waitFor();

    const records = (await downloaded(page, "Export JSONL"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string | number; reward?: number; error?: { code: string } });
    expect(records).toHaveLength(1000);
    expect(records[7]).toMatchObject({ id: 7, error: { code: "DATASET_INVALID" } });
    expect(records[9]).toMatchObject({ id: "r9", error: { code: "CONVERSATION_TOO_LONG" } });
    expect(records[505]).toMatchObject({ id: "r505", reward: fakeReward("Q 505 A 505") });
    await page.getByLabel("Order").selectOption("highest");
    const best = Math.max(...records.map(({ reward }) => reward ?? -Infinity));
    await page.evaluate(`document.querySelector(".table-window").scrollTo(0, 0)`);
    const firstReward = page.locator(".table-window tbody td.number").first();
    await expect.poll(() => firstReward.textContent()).toBe(best.toFixed(2));
  });

  it("never mixes margins with rewards, and exports ids and errors as the command line writes them", async () => {
    await openModel(page, "value");
    await chooseFile(page, "mixed.jsonl", [
      '{"id":5,"prompt":"q","chosen":"good","rejected":"bad"}',
      '{"prompt":"q","response":"alone"}',
      '{"id":"x","prompt":"q","response":"[refuse]"}',
      '{"id":"x","prompt":"q","responses":["a","b"]}',
    ]);
    await page.getByRole("button", { name: "Score 4 records" }).click();
    await page.getByText(/^Done in/).waitFor();
    const margin = fakeReward("q good") - fakeReward("q bad");
    const figures = page.locator(".figures");
    expect(await figures.locator("dt").allTextContents()).toEqual([
      "Scored",
      "Failed",
      "Mean margin",
      "Pair accuracy",
    ]);
    expect((await figures.locator("dd").nth(2).textContent())?.replace("\u2212", "-")).toBe(
      margin.toFixed(2),
    );
    const records = (await downloaded(page, "Export JSONL"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map(({ id }) => id)).toEqual([5, 1, "x", "x"]);
    expect(records[1]).toEqual({ id: 1, reward: fakeReward("q alone"), tokens: "q alone".length });
    expect(records[2]).toEqual({
      id: "x",
      error: { code: "CONVERSATION_TOO_LONG", message: "Too long by 3 tokens." },
    });
  });

  it("says so when a file cannot be read, and stays when one is dropped beside the zone", async () => {
    await openModel(page, "value");
    await page.getByRole("tab", { name: "Score a file" }).click();
    const drop = (selector: string): Promise<boolean> =>
      page.evaluate<boolean>(`(() => {
        const file = new File(["x"], "gone.jsonl");
        file.text = () => Promise.reject(new DOMException("The file is gone.", "NotReadableError"));
        const event = new DragEvent("drop", { bubbles: true, cancelable: true });
        Object.defineProperty(event, "dataTransfer", { value: { files: [file] } });
        document.querySelector("${selector}").dispatchEvent(event);
        return event.defaultPrevented;
      })()`);
    expect(await drop(".top-bar")).toBe(true);
    expect(await drop(".drop-zone")).toBe(true);
    expect(await page.getByRole("alert").textContent()).toBe("gone.jsonl cannot be read: The file is gone.");
  });

  it("shows no bars of other texts beside an error", async () => {
    await openModel(page, "value");
    await writeCandidates(page, "Q", ["a", "b"]);
    await rank(page, 2);
    await page.getByRole("textbox", { name: "Candidate B" }).fill("[refuse]");
    await page.getByRole("button", { name: "Rank answers" }).click();
    await page.getByRole("alert").waitFor();
    expect(await page.locator(".bars").count()).toBe(0);
  });

  it("goes back from the choice of another model, with everything in its place", async () => {
    await openModel(page, "value");
    await writeCandidates(page, "Q", ["a", "b"]);
    await rank(page, 2);
    await page.getByRole("button", { name: "Change model" }).click();
    await page.getByRole("button", { name: "Back to value" }).click();
    expect(await page.getByRole("textbox", { name: "Candidate A" }).inputValue()).toBe("a");
    expect(await page.locator(".bars").isVisible()).toBe(true);
    await page.getByRole("button", { name: "Change model" }).click();
    await page.getByRole("textbox", { name: "Model folder" }).fill("missing");
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("button", { name: /^Back/ }).count()).toBe(0);
  });

  it.each([
    [800, 600],
    [400, 700],
  ])("brings results into sight and cuts no reward at %i × %i", async (width, height) => {
    await page.setViewportSize({ width, height });
    await openModel(page, "gated");
    await writeCandidates(page, "Q", ["a", "b", "c", "d", "e", "f"]);
    await rank(page, 6);
    await expect.poll(() => isInSight(page, ".verdict")).toBe(true);
    await chooseFile(page, "pairs.jsonl", ['{"prompt":"q","chosen":"good","rejected":"bad"}']);
    await page.getByRole("button", { name: "Score 1 record" }).click();
    await page.getByText(/^Done in/).waitFor();
    const cut = await page.evaluate<number>(
      `[...document.querySelectorAll(".table-window .number")].filter((e) => e.scrollWidth > e.clientWidth).length`,
    );
    expect(cut).toBe(0);
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(width);
    expect(
      await page.locator(".model-badge strong").evaluate((e: { clientWidth: number }) => e.clientWidth),
    ).toBeGreaterThan(20);
  });

  it("cancels a file, keeps what is done, and starts over", async () => {
    await openModel(page, "gated-slow");
    const lines = Array.from({ length: 200 }, (_, index) =>
      JSON.stringify({ prompt: "Q", chosen: `c${index}`, rejected: `r${index}` }),
    );
    await chooseFile(page, "pairs.jsonl", lines);
    await page.getByRole("button", { name: "Score 200 records" }).click();
    await page.locator(".table-window tbody tr").nth(3).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText(/^Cancelled after/).waitFor();
    expect((await downloaded(page, "Export CSV")).split("\r\n").length).toBeGreaterThan(4);
    expect(await page.getByRole("button", { name: "Score 200 records" }).isEnabled()).toBe(true);
  });

  it.runIf(process.platform === "linux")("goes on when the scoring host is killed in mid-run", async () => {
    await openModel(page, "gated-slow");
    const lines = Array.from({ length: 60 }, (_, index) =>
      JSON.stringify({ prompt: "Q", response: `answer ${index}` }),
    );
    await chooseFile(page, "records.jsonl", lines);
    await page.getByRole("button", { name: "Score 60 records" }).click();
    for (const row of [5, 10]) {
      await page.locator(`[aria-rowindex="${row}"]`).waitFor();
      for (const pid of await server.hostPids()) process.kill(pid, "SIGKILL");
    }
    await page.getByText(/^Done in/).waitFor();
    expect(await page.locator(".figures dd").first().textContent()).toBe("60");
  });

  it("says what is wrong with a model folder", async () => {
    await page.getByRole("textbox", { name: "Model folder" }).fill("missing");
    await page.getByRole("button", { name: "Open", exact: true }).click();
    expect(await page.getByRole("alert").textContent()).toBe(
      "MODEL_NOT_FOUND: There is no model folder missing.",
    );
  });

  it("offers the list and the system's dialog, but no field for a path, where there is a dialog", async () => {
    await page.addInitScript(`window.desktop = {
      listModels: () => Promise.resolve([]),
      chooseFolder: () => Promise.resolve("/chosen"),
      openModel: (path) => Promise.resolve("Not " + path),
      cancelOpen: () => {},
      onProgress: () => {},
    }`);
    await page.reload();
    await page.getByRole("button", { name: "Choose a model folder…" }).click();
    expect(await page.getByRole("alert").textContent()).toBe("Not /chosen");
    expect(await page.getByRole("textbox").count()).toBe(0);
    expect(await axe(page)).toEqual([]);
  });

  it.each(["light", "dark"] as const)(
    "has no accessibility fault axe can find, in %s",
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await page.getByRole("heading", { name: "Open a reward model" }).waitFor();
      const faults = [await axe(page)];
      await openModel(page, "gated");
      faults.push(await axe(page));
      await writeCandidates(page, "Question", ["one", "two"]);
      await rank(page, 2);
      faults.push(await axe(page));
      await chooseFile(page, "records.jsonl", [
        '{"prompt":"q","response":"a"}',
        "{bad",
        '{"prompt":"q","response":"b"}',
      ]);
      await page.getByRole("button", { name: "Score 3 records" }).click();
      await page.getByText(/^Done in/).waitFor();
      faults.push(await axe(page));
      expect(faults.flat()).toEqual([]);
    },
  );

  it("answers nobody without the token, under another name, or outside its folder", async () => {
    const status = (path: string, headers: Record<string, string> = {}): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        request(`${server.origin}${path}`, { headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("upgrade", () => {
            resolve(101);
          })
          .on("error", reject)
          .end();
      });
    const authorization = `Bearer ${server.token}`;
    expect(await status("/models", { authorization })).toBe(200);
    expect(await status("/models")).toBe(401);
    expect(await status("/models", { authorization, host: "evil.example" })).toBe(403);
    expect(await status("/models", { authorization, origin: "http://evil.example" })).toBe(403);
    expect(await status("/%2e%2e/dev-server.mjs")).toBe(404);
    expect(await status("/..%2f..%2fpackage.json")).toBe(404);
    expect(await status("/%")).toBe(404);
    expect(await status("//")).toBe(404);
    expect(await status("/%00")).toBe(404);
    const upgrade = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": Buffer.alloc(16).toString("base64"),
    };
    expect(await status("/socket", { ...upgrade, "sec-websocket-protocol": "llama-reward, wrong" })).toBe(
      403,
    );
    expect(
      await status("/socket", { ...upgrade, "sec-websocket-protocol": `llama-reward, ${server.token}` }),
    ).toBe(101);
  });
});

/** Whether the top of an element is within the window. */
async function isInSight(page: Page, selector: string): Promise<boolean> {
  return page.evaluate<boolean>(
    `(() => { const { top } = document.querySelector("${selector}").getBoundingClientRect(); return top >= 0 && top < innerHeight; })()`,
  );
}

async function downloaded(page: Page, button: string): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: button }).click();
  return readFile(await (await download).path(), "utf8");
}

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Faults axe finds, one line each. */
async function axe(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ""}`),
  );
}
