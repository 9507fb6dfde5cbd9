import type { Page } from "playwright-core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { axe, hasChromium, PageSetup, titled } from "./page-setup.js";
import { chooseFile, openModel, rank, writeCandidates } from "./steps.js";

describe.skipIf(!hasChromium)(titled("the page for everybody"), () => {
  const setup = PageSetup.use();
  let page: Page;
  beforeEach(() => {
    page = setup.page;
  });

  it.each([
    ["light", 400],
    ["light", 1000],
    ["light", 1600],
    ["dark", 400],
    ["dark", 1000],
    ["dark", 1600],
  ] as const)(
    "has no fault axe can find and nothing beside the window, in %s at %i pixels",
    async (colorScheme, width) => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      const faults: string[] = [];
      const look = async (): Promise<void> => {
        faults.push(...(await axe(page)));
        expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(width);
      };
      await page.getByRole("heading", { name: "Open a reward model" }).waitFor();
      await look();
      await openModel(page, "gated");
      await look();
      await writeCandidates(page, "Question", ["one", "two is longer", "three"]);
      await page.getByRole("button", { name: "Fill in an example" }).click();
      await rank(page, 3);
      await page.getByText("Compare two answers word by word").click();
      await page.getByText("1 ranking so far").click();
      await page.getByRole("textbox", { name: "Candidate B" }).fill("changed");
      await look();
      await page.getByRole("button", { name: "Settings" }).click();
      await look();
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Paste JSON…" }).click();
      await look();
      await page.keyboard.press("Escape");
      await chooseFile(page, "records.jsonl", [
        '{"prompt":"q","response":"a"}',
        "{bad",
        '{"prompt":"q","chosen":"a","rejected":"b"}',
      ]);
      await page.getByRole("button", { name: "Score 3 records" }).click();
      await page.getByText(/^Done in/).waitFor();
      await page.locator('[aria-rowindex="4"]').click();
      await look();
      expect(faults).toEqual([]);
    },
  );

  it("never loses the keyboard's focus", async () => {
    const lost: string[] = [];
    const isHeld = (): Promise<boolean> =>
      page.evaluate<boolean>("document.activeElement !== null && document.activeElement !== document.body");
    /** Presses a button by keyboard, and sees where the focus is once all has settled. */
    const press = async (name: string | RegExp): Promise<void> => {
      await page.getByRole("button", { name }).first().press("Enter");
      await page.waitForTimeout(150);
      // A model takes its time to open, on a busy machine. Asked from here: the page's policy lets no text become a script.
      await vi.waitUntil(isHeld, { timeout: 10_000 }).catch(() => lost.push(String(name)));
    };
    await press(/^gated value|^gated /);
    await page.getByRole("tab", { name: "Rank answers" }).waitFor();
    for (const name of [
      "Add message",
      "Remove message 2",
      "Add system prompt",
      "Move message 2 up",
      "Remove message 1",
      "Add candidate",
      "Remove candidate C",
      /^Undo/,
      /^Undo/,
      /^Undo/,
      "Clear",
      "Fill in an example",
      /^Undo/,
      /^Redo/,
      "Rank answers",
      "Paste JSON…",
      "Cancel",
      "Settings",
      "Use these",
      "Compare with another model",
      /^Back to gated/,
      "Change model",
      /^value /,
    ]) {
      await press(name);
    }
    await page.getByRole("button", { name: "Change model" }).waitFor();
    await press("Compare with another model");
    await press(/^gated /);
    await page.getByRole("button", { name: "Close the second model" }).waitFor();
    await press("Close the second model");
    await chooseFile(page, "records.jsonl", ['{"prompt":"q","response":"a"}', "{bad"]);
    for (const name of ["Score 2 records", "Next failed", "Close"]) await press(name);
    expect(lost).toEqual([]);
  });
});
