import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { buildHost, removeHosts } from "../serve/host/build-host.js";
import { buildApp, type BuiltApp } from "./build-app.js";
import { findChromium, launchChromium } from "./chromium.js";
import { DevServer } from "./dev-server.js";
import { writeModels } from "./model-folders.js";

const chromium = findChromium();
export const hasChromium = chromium !== undefined;
/** What to call the tests of a page. */
export const titled = (title: string): string =>
  hasChromium ? title : `${title} (skipped: no Chromium found; set CHROMIUM_PATH)`;

/** The app's page before a fake host: one server for a test file, a fresh page for every test. */
export class PageSetup {
  #folder = "";
  #app: BuiltApp | undefined;
  #browser: Browser | undefined;
  #server: DevServer | undefined;
  #page: Page | undefined;
  #complaints: string[] = [];

  /** Registers the hooks. A test during which the page complains on its console fails. */
  static use(): PageSetup {
    const setup = new PageSetup();
    beforeAll(() => setup.#start());
    afterAll(() => setup.#stop());
    beforeEach(() => setup.#open());
    afterEach(async () => {
      await setup.page.close();
      expect(setup.#complaints).toEqual([]);
    });
    return setup;
  }

  get page(): Page {
    if (this.#page === undefined) throw new Error("There is a page only while a test runs.");
    return this.#page;
  }

  get server(): DevServer {
    if (this.#server === undefined) throw new Error("There is a server only while tests run.");
    return this.#server;
  }

  /** Folder of the model folders. */
  get models(): string {
    return this.#folder;
  }

  async #start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), "llama-reward app \u00e9-"));
    await writeModels(this.#folder, ["value", "gated", "gated-slow", "process"]);
    const host = await buildHost("fake-host.ts");
    this.#app = await buildApp("page", "dev-server", "pull-process");
    this.#server = await DevServer.start(join(this.#app.directory, "dev-server.mjs"), [
      "--models",
      this.#folder,
      "--host-script",
      host,
    ]);
    this.#browser = await launchChromium(chromium ?? "");
  }

  async #stop(): Promise<void> {
    await this.#browser?.close();
    await this.#server?.stop();
    await this.#app?.remove();
    await removeHosts();
    await rm(this.#folder, { recursive: true });
  }

  async #open(): Promise<void> {
    this.#complaints = [];
    const page = await this.#browser?.newPage({ viewport: { width: 1200, height: 860 } });
    if (page === undefined) throw new Error("The browser did not start.");
    this.#page = page;
    page.setDefaultTimeout(15_000);
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.#complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.#complaints.push(error.message));
    await page.goto(this.server.address);
  }
}

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Faults axe finds, one line each. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ""}`),
  );
}

/** Text of what a button of the page lets one save. */
export async function downloaded(page: Page, button: string): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: button }).click();
  return readFile(await (await download).path(), "utf8");
}
