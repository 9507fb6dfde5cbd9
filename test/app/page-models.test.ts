import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { beforeEach, describe, expect, it } from "vitest";
import { axe, hasChromium, PageSetup, titled } from "./page-setup.js";
import { openModel, rank, writeCandidates } from "./steps.js";

describe.skipIf(!hasChromium)(titled("the page's models"), () => {
  const setup = PageSetup.use();
  let page: Page;
  beforeEach(() => {
    page = setup.page;
  });

  it("says what is wrong with a model folder", async () => {
    await page.getByRole("textbox", { name: "Model folder" }).fill("missing");
    await page.getByRole("button", { name: "Open", exact: true }).click();
    expect(await page.getByRole("alert").textContent()).toBe(
      "MODEL_NOT_FOUND: There is no model folder missing.",
    );
  });

  it("shows what stands below the list when the list is there, so that nothing moves under the pointer", async () => {
    let answer: (() => void) | undefined;
    await page.route("**/models", async (route) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      await route.continue();
    });
    await page.reload();
    await page.getByText("Looking for model folders…").waitFor();
    expect(await page.getByRole("textbox", { name: "Model folder" }).count()).toBe(0);
    await expect.poll(() => answer).toBeDefined();
    answer?.();
    await page.getByRole("textbox", { name: "Model folder" }).waitFor();
    expect(await page.getByText("Looking for model folders…").count()).toBe(0);
  });

  it("lists folders that cannot be used with the reason", async () => {
    const put = async (folder: string, file: string, text: string): Promise<void> => {
      await mkdir(join(setup.models, folder), { recursive: true });
      await writeFile(join(setup.models, folder, file), text);
    };
    await put("checkpoint", "config.json", "{}");
    await put("adapter", "adapter_config.json", "{}");
    await put("bare", "model.gguf", "GGUF");
    await put("broken", "reward.json", "{");
    await put("photos", "cat.jpg", "");
    await page.reload();
    await page.getByText("4 folders cannot be used").click();
    const reasons = page.locator(".unusable");
    expect(await reasons.locator("dt").allTextContents()).toEqual([
      "adapter",
      "bare",
      "broken",
      "checkpoint",
    ]);
    expect(await reasons.locator("dd").allTextContents()).toEqual([
      expect.stringMatching(/--base/),
      expect.stringMatching(/--backbone/),
      expect.stringMatching(/reward\.json.*not JSON/),
      expect.stringMatching(/llama-reward convert .*checkpoint/),
    ]);
    expect(await axe(page)).toEqual([]);
  });

  it("compares two on the same answers, and goes back to one", async () => {
    await openModel(page, "value");
    await writeCandidates(page, "Q", ["a", "b", "c"]);
    await page.getByRole("button", { name: "Compare with another model" }).click();
    await openModel(page, "gated");
    await page.getByRole("button", { name: "Rank answers" }).click();
    const of = (name: string): ReturnType<Page["getByRole"]> =>
      page.getByRole("region", { name: `Ranking by ${name}`, exact: true });
    await of("gated").locator(".dot-row").nth(2).waitFor();
    const order = (name: string): Promise<string[]> => of(name).locator(".dot-row .letter").allTextContents();
    // Both fakes give the same rewards, one of them with a std.
    expect(await order("value")).toEqual(await order("gated"));
    expect(await of("gated").locator(".whisker").count()).toBe(3);
    expect(
      await page.getByText("Both models put the same answer first; they agree on 3 of 3 pairs").count(),
    ).toBe(1);
    // A choice in one of them is a choice in both.
    await of("value").locator(".dot-row").last().click();
    expect(await page.locator('.dot-row[aria-pressed="true"]').count()).toBe(2);
    expect(await axe(page)).toEqual([]);
    await page.getByRole("button", { name: "Close the second model" }).click();
    expect(await rank(page, 3)).toBeGreaterThan(0);
    expect(await page.getByRole("region", { name: /^Ranking by/ }).count()).toBe(1);
  });

  it("are opened again with other settings; what is wrong in a field is said beside it", async () => {
    await openModel(page, "gated");
    await writeCandidates(page, "Q", ["a", "b", "c"]);
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("textbox", { name: "Context" }).fill("4k");
    expect(await page.getByText("Write a whole number of tokens").isVisible()).toBe(true);
    await page.keyboard.press("Enter");
    expect(await page.getByRole("dialog").isVisible()).toBe(true);
    expect(await axe(page)).toEqual([]);
    await page.getByRole("textbox", { name: "Context" }).fill("4096");
    await page.getByRole("textbox", { name: "Penalty" }).fill("2");
    await page.getByRole("button", { name: "Use these" }).click();
    await page.getByRole("tab", { name: "Rank answers" }).waitFor();
    await rank(page, 3);
    expect(await page.getByText(/^adjusted /).count()).toBe(3);
  });

  it("does not order by a std that a model has not", async () => {
    await openModel(page, "value");
    await writeCandidates(page, "Q", ["a", "b", "c"]);
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("textbox", { name: "Largest std" }).fill("1");
    await page.getByRole("button", { name: "Use these" }).click();
    await page.getByRole("button", { name: "Rank answers" }).click();
    expect(await page.getByRole("alert").textContent()).toMatch(/predicts no uncertainty/);
    expect(await page.locator(".dots").count()).toBe(0);
    await page.getByRole("button", { name: "Order by the reward" }).click();
    expect(await page.locator(".dot-row").count()).toBe(3);
  });

  it("come from the list and the system's dialog, but no field for a path, where there is a dialog", async () => {
    await page.addInitScript(`window.desktop = {
      listModels: () => Promise.resolve([]),
      chooseFolder: () => Promise.resolve("/chosen"),
      openModel: (path) => Promise.resolve("Not " + path),
      closeModel: () => Promise.resolve(),
      cancelOpen: () => {},
      onProgress: () => {},
    }`);
    await page.reload();
    await page.getByRole("button", { name: "Choose a model folder…" }).click();
    expect(await page.getByRole("alert").textContent()).toBe("Not /chosen");
    expect(await page.getByRole("textbox", { name: "Model folder" }).count()).toBe(0);
    expect(await axe(page)).toEqual([]);
  });
});
