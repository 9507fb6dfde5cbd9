import { request } from "node:http";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { beforeEach, describe, expect, it } from "vitest";
import { fakeReward, fakeStepReward } from "../serve/host/fake-scorer.js";
import { downloaded, hasChromium, PageSetup, titled } from "./page-setup.js";
import { chooseFile, dots, openModel, rank, writeCandidates } from "./steps.js";

describe.skipIf(!hasChromium)(titled("the page"), () => {
  const setup = PageSetup.use();
  let page: Page;
  beforeEach(() => {
    page = setup.page;
  });

  it("ranks candidates: dots best first, whiskers, and contributions of the chosen one", async () => {
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
    expect(await dots(page)).toEqual(expected);
    expect(await page.locator(".dots .whisker").count()).toBe(4);
    await page.locator(".dot-row").nth(2).click();
    // The fake's attributes do not come to its reward, so they are not shown as parts of it.
    const table = page.getByRole("table", { name: `Attributes of ${expected[2]?.name ?? ""}` });
    expect(await table.getByRole("rowheader").allTextContents()).toEqual([
      "helpfulness",
      "correctness",
      "coherence",
      "complexity",
      "verbosity",
    ]);
    expect(await table.getByText("they are no parts of it").count()).toBe(1);
  });

  it("shows what each step of an answer got, and the first doubtful one", async () => {
    await openModel(page, "process");
    const answers = ["First the sum: 4.\n\nThen twice that: 8.\n\nSo it is 8.", "It is 9.\nSure."];
    await writeCandidates(page, "A question?", answers);
    await rank(page, 2);
    const steps = answers[0]?.split("\n\n") ?? [];
    const rewards = steps.map(fakeStepReward);
    await page.locator(".dot-row", { hasText: "First the sum" }).click();
    const table = page.getByRole("table", { name: "Steps of candidate A" });
    expect(await table.getByRole("rowheader").allTextContents()).toEqual(steps);
    expect(await table.locator(".number").allTextContents()).toEqual(
      rewards.map((reward) => reward.toFixed(2)),
    );
    const doubtful = rewards.findIndex((reward) => reward < 0.5);
    expect(await table.locator(".doubtful").count()).toBe(doubtful < 0 ? 0 : 1);
    if (process.env["SCREENSHOTS"] !== undefined) await shoot(page, process.env["SCREENSHOTS"]);
    await page.locator(".dot-row", { hasText: "It is 9." }).click();
    expect(
      await page.getByRole("table", { name: "Steps of candidate B" }).getByRole("rowheader").count(),
    ).toBe(2);
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
    expect(await page.getByText("not calibrated").isVisible()).toBe(true);
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
    await page.keyboard.type(join(setup.models, "gated"));
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: "Rank answers" }).waitFor();
    await tabTo(/^Message 1$/);
    await page.keyboard.type("Question");
    await tabTo(/^Candidate A$/);
    await page.keyboard.type("one");
    await tabTo(/^Candidate B$/);
    await page.keyboard.type("two");
    await page.keyboard.press("Control+Enter");
    await page.locator(".dots").waitFor();
    await tabTo(/^[AB].*, reward/);
    await tabTo(/^[AB].*, reward/);
    await page.keyboard.press("Space");
    expect(await page.locator('.dot-row[aria-pressed="true"]').count()).toBe(1);
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
    expect(await page.locator(".dots").count()).toBe(0);
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
    expect((await dots(page)).map(({ text }) => text).sort()).toEqual([...hostile].sort());
    expect(await page.locator("img, b").count()).toBe(0);
    expect(await page.title()).toBe("llama-reward");
    const csv = await downloaded(page, "Export CSV");
    expect(csv).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
    const [line = ""] = (await downloaded(page, "Export JSONL")).split("\n");
    const { results } = JSON.parse(line) as { results: { response: string; reward: number }[] };
    expect(results.map(({ response }) => response).sort()).toEqual([...hostile].sort());
    expect(results.map(({ reward }) => reward)).toContain(fakeReward(`<b>bold</b> ${hostile[0] ?? ""}`));
  });

  it("shows no dots of other texts beside an error", async () => {
    await openModel(page, "value");
    await writeCandidates(page, "Q", ["a", "b"]);
    await rank(page, 2);
    await page.getByRole("textbox", { name: "Candidate B" }).fill("[refuse]");
    await page.getByRole("button", { name: "Rank answers" }).click();
    await page.getByRole("alert").waitFor();
    expect(await page.locator(".dots").count()).toBe(0);
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

  it("answers nobody without the token, under another name, or outside its folder", async () => {
    const status = (path: string, headers: Record<string, string> = {}): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        request(`${setup.server.origin}${path}`, { headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("upgrade", () => {
            resolve(101);
          })
          .on("error", reject)
          .end();
      });
    const authorization = `Bearer ${setup.server.token}`;
    expect(await status("/models", { authorization })).toBe(200);
    expect(await status("/models")).toBe(401);
    expect(await status("/models", { authorization, host: "evil.example" })).toBe(403);
    expect(await status("/models", { authorization, origin: "http://evil.example" })).toBe(403);
    expect(await status("/%2e%2e/dev-setup.server.mjs")).toBe(404);
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
      await status("/socket", {
        ...upgrade,
        "sec-websocket-protocol": `llama-reward, ${setup.server.token}`,
      }),
    ).toBe(101);
  });
});

/** Whether the top of an element is within the window. */
async function isInSight(page: Page, selector: string): Promise<boolean> {
  return page.evaluate<boolean>(
    `(() => { const { top } = document.querySelector("${selector}").getBoundingClientRect(); return top >= 0 && top < innerHeight; })()`,
  );
}

/** Pictures in both colour schemes, for whoever wants to look. */
async function shoot(page: Page, folder: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `steps-${colorScheme}.png`) });
  }
}
