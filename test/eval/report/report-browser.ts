import { pathToFileURL } from "node:url";
import axe, { type AxeResults } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { findChromium, launchChromium } from "../../app/chromium.js";

const chromium = findChromium();
export const hasChromium = chromium !== undefined;
/** What to call tests of a page. */
export const inChromium = (title: string): string =>
  `${title} in Chromium${hasChromium ? "" : " (skipped: none found; set CHROMIUM_PATH)"}`;

/** A page with everything it complained about: messages, errors, requests for anything but itself. */
export interface WatchedPage {
  page: Page;
  complaints: string[];
}

/** One browser for a test file. */
export class ReportBrowser {
  #browser: Browser | undefined;

  static use(): ReportBrowser {
    const made = new ReportBrowser();
    beforeAll(async () => {
      made.#browser = await launchChromium(chromium ?? "");
    });
    afterAll(async () => made.#browser?.close());
    return made;
  }

  /** Opens a page; with a hash, a place in it. */
  async open(
    path: string,
    { hash = "", ...options }: BrowserContextOptions & { hash?: string } = {},
  ): Promise<WatchedPage> {
    if (this.#browser === undefined) throw new Error("The browser did not start.");
    const page = await this.#browser.newPage(options);
    const complaints: string[] = [];
    const url = pathToFileURL(path).href;
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith("blob:"))
        complaints.push(`request for ${request.url()}`);
    });
    await page.goto(url + hash);
    return { page, complaints };
  }
}

/** What axe finds wrong in a page, light or dark; its own script is put in past the page's policy. */
export async function violations(page: Page, colorScheme: "light" | "dark"): Promise<unknown[]> {
  await page.emulateMedia({ colorScheme });
  await page.evaluate(axe.source);
  const results = await page.evaluate<AxeResults>("axe.run()");
  expect(results.passes.map(({ id }) => id)).toContain("color-contrast");
  return results.violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)]);
}

/** By how much elements stick out of the window to the right. */
export function overflow(page: Page, selector: string): Promise<number> {
  return page.evaluate<number>(
    `Math.max(...[...document.querySelectorAll(${JSON.stringify(selector)})]
      .map((element) => element.getBoundingClientRect().right)) - innerWidth`,
  );
}
