import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convertFixture, type ModelFolder } from "../support/fixtures.js";
import { buildApp, type BuiltApp } from "./build-app.js";
import { findChromium, launchChromium } from "./chromium.js";
import { DevServer } from "./dev-server.js";
import { dots, openModel, rank, writeCandidates } from "./steps.js";

const chromium = findChromium();
if (!existsSync(new URL("../../dist/serve/host/entry.js", import.meta.url))) {
  throw new Error("dist/ is missing: run npm run build:ts first.");
}

describe.skipIf(chromium === undefined)("the page with a real model", () => {
  let folder: ModelFolder;
  let app: BuiltApp;
  let server: DevServer;
  let browser: Browser;

  beforeAll(async () => {
    folder = await convertFixture("urm-llama3.1-tiny", { type: "f32" });
    app = await buildApp("page", "dev-server");
    server = await DevServer.start(join(app.directory, "dev-server.mjs"), [
      "--models",
      dirname(folder.directory),
    ]);
    browser = await launchChromium(chromium ?? "");
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await app.remove();
    await folder.remove();
  });

  it("ranks ten candidates", async ({ annotate }) => {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme });
      page.setDefaultTimeout(15_000);
      await page.goto(server.address);
      await openModel(page, "urm-llama3.1-tiny");
      const answers = Array.from({ length: 10 }, (_, index) => `Answer number ${index} of ten.`);
      await writeCandidates(page, "Which of these answers is the best one?", answers);
      await rank(page, 10);
      const times: number[] = [];
      for (let run = 0; run < 5; run++) times.push(await rank(page, 10));
      // A figure of the run, not a bound: how long it takes is up to the machine.
      await annotate(`10 candidates, click to dots: ${times.map((ms) => ms.toFixed(0)).join(", ")} ms`);
      const rewards = (await dots(page)).map(({ reward }) => reward);
      expect(rewards).toHaveLength(10);
      expect(rewards).toEqual([...rewards].sort((a, b) => b - a));
      const screenshots = process.env["SCREENSHOTS"];
      if (screenshots !== undefined) {
        await page.screenshot({ path: join(screenshots, `ranking-${colorScheme}.png`), fullPage: true });
      }
      await page.close();
    }
  });
});
