import type { Page } from "playwright-core";
import { beforeEach, describe, expect, it } from "vitest";
import { fakeReward } from "../serve/host/fake-scorer.js";
import { downloaded, hasChromium, PageSetup, titled } from "./page-setup.js";
import { chooseFile, openModel } from "./steps.js";

describe.skipIf(!hasChromium)(titled("the page with files"), () => {
  const setup = PageSetup.use();
  let page: Page;
  beforeEach(() => {
    page = setup.page;
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

  it("cancels a file, keeps what is done, and goes on where it stopped", async () => {
    await openModel(page, "gated-slow");
    const lines = Array.from({ length: 60 }, (_, index) =>
      JSON.stringify({ prompt: "Q", chosen: `c${index}`, rejected: `r${index}` }),
    );
    await chooseFile(page, "pairs.jsonl", lines);
    await page.getByRole("button", { name: "Score 60 records" }).click();
    await page.locator(".table-window tbody tr").nth(3).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText(/^Cancelled after/).waitFor();
    expect((await downloaded(page, "Export CSV")).split("\r\n").length).toBeGreaterThan(4);
    expect(await page.getByRole("button", { name: "Start over" }).isVisible()).toBe(true);
    await page.getByRole("button", { name: /^Resume, / }).press("Enter");
    await page.getByText(/^Done in/).waitFor();
    const exported = (await downloaded(page, "Export JSONL")).trim().split("\n");
    expect(exported).toHaveLength(60);
    expect(JSON.parse(exported[43] ?? "")).toMatchObject({
      chosen: { reward: fakeReward("Q c43") },
      rejected: { reward: fakeReward("Q r43") },
    });
  });

  it("opens records, and jumps to those that failed, by keyboard", async () => {
    await openModel(page, "gated");
    const lines = Array.from({ length: 60 }, (_, index) =>
      index % 25 === 24
        ? "{bad"
        : JSON.stringify({ id: `r${index}`, prompt: `Q ${index}`, chosen: "c", rejected: "d" }),
    );
    await chooseFile(page, "pairs.jsonl", lines);
    await page.getByRole("button", { name: "Score 60 records" }).click();
    await page.getByText(/^Done in/).waitFor();
    const grid = page.getByRole("grid", { name: "Scored records" });
    await grid.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("PageDown");
    await page.keyboard.press("Enter");
    const record = page.getByRole("region", { name: "Record r13" });
    await record.getByText("Q 13").waitFor();
    expect(await record.getByRole("heading", { level: 3 }).allTextContents()).toEqual([
      "Conversation",
      expect.stringMatching(/^chosen /),
      expect.stringMatching(/^rejected /),
    ]);
    await page.getByRole("button", { name: "Next failed" }).click();
    await page
      .getByRole("region", { name: "Record 24" })
      .getByText(/^Line 25: /)
      .waitFor();
    await page.getByRole("button", { name: "Next failed" }).click();
    await page.getByRole("region", { name: "Record 49" }).waitFor();
    await expect.poll(() => page.locator('[aria-rowindex="51"]').isVisible()).toBe(true);
    await page
      .getByRole("region", { name: "Record 49" })
      .getByRole("button", { name: "Close" })
      .press("Enter");
    await expect.poll(() => page.evaluate<string>("document.activeElement.id")).toBe("rows");
    await page.keyboard.press("Home");
    await expect.poll(() => page.locator('[aria-rowindex="2"].active').isVisible()).toBe(true);
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
      for (const pid of await setup.server.hostPids()) process.kill(pid, "SIGKILL");
    }
    await page.getByText(/^Done in/).waitFor();
    expect(await page.locator(".figures dd").first().textContent()).toBe("60");
  });
});
