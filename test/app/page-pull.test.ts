import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixture } from "../convert/checkpoints.js";
import { FakeHub } from "../data/hub/fake-hub.js";
import { buildApp, type BuiltApp } from "./build-app.js";
import { findChromium, launchChromium } from "./chromium.js";
import { DevServer } from "./dev-server.js";
import { titled } from "./page-setup.js";
import { dots, openModel, rank, writeCandidates } from "./steps.js";

const chromium = findChromium();
const NAME = "urm-llama3.1-tiny";
const ID = `someone/${NAME}`;

describe.skipIf(chromium === undefined)(titled("the page and the Hub"), () => {
  let folder: string;
  let hub: FakeHub;
  let app: BuiltApp;
  let server: DevServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "llama-reward pull-"));
    const files = new Map<string, Buffer>();
    for (const name of await readdir(fixture(NAME)))
      if (name !== "expected.json") files.set(name, await readFile(join(fixture(NAME), name)));
    hub = new FakeHub(ID, files);
    app = await buildApp("page", "dev-server", "pull-process");
    server = await DevServer.start(
      join(app.directory, "dev-server.mjs"),
      ["--models", join(folder, "models")],
      {
        HF_ENDPOINT: await hub.listen(),
        HF_HUB_CACHE: join(folder, "cache"),
      },
    );
    browser = await launchChromium(chromium ?? "");
    page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(server.address);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await hub.close();
    await app.remove();
    await rm(folder, { recursive: true });
  });

  it("fetches a model, converts it, and ranks with it", async () => {
    const name = page.getByRole("textbox", { name: "Model on the Hub" });
    await name.fill("not a name");
    await page.getByRole("button", { name: "Fetch" }).click();
    expect(await page.getByRole("alert").textContent()).toMatch(/owner\/name/);
    await name.fill("someone/other");
    await page.getByRole("button", { name: "Fetch" }).click();
    await page.getByText(/^DOWNLOAD_FAILED/).waitFor();
    await name.fill(`https://huggingface.co/${ID}`);
    await page.getByRole("button", { name: "Fetch" }).click();
    // The folder is listed and has the focus: Enter opens it.
    await expect
      .poll(() => page.evaluate<string>("document.activeElement.textContent"), { timeout: 60_000 })
      .toMatch(NAME);
    expect(await readdir(join(folder, "models", NAME))).toContain("reward.json");
    await openModel(page, ID);
    await writeCandidates(page, "Which one?", ["This one.", "That one.<|eot_id|>", "Another."]);
    await rank(page, 3);
    expect(await dots(page)).toHaveLength(3);
    // The real model's attributes are the parts of its reward, and its real warning marks the answer.
    expect(await page.getByText("= Contribution").count()).toBe(1);
    expect(
      await page.locator(".dot-row", { hasText: "forges <|eot_id|>" }).locator(".letter").allTextContents(),
    ).toEqual(["B"]);
    const sum = (await page.locator("tfoot .number").textContent()) ?? "";
    const parts = await page.locator(".attributes tbody td.number:last-child").allTextContents();
    const number = (text: string): number => Number(text.replace("\u2212", "-"));
    expect(parts.map(number).reduce((a, b) => a + b, 0)).toBeCloseTo(number(sum), 1);
  });
});
