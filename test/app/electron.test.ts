import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { _electron, type ElectronApplication, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convertFixture, type ModelFolder } from "../support/fixtures.js";
import { buildApp, type BuiltApp } from "./build-app.js";
import { chooseFile, dots, openModel, rank, writeCandidates } from "./steps.js";

const electron = findElectron();

describe.skipIf(electron === undefined)(
  electron === undefined
    ? "the app in Electron (SKIPPED: no Electron binary; run `npm install` in examples/electron, or set ELECTRON_PATH)"
    : "the app in Electron",
  () => {
    let folder: ModelFolder;
    let app: BuiltApp;
    let running: ElectronApplication;
    let page: Page;
    const complaints: string[] = [];

    beforeAll(async () => {
      folder = await convertFixture("urm-llama3.1-tiny", { type: "f32" });
      app = await buildApp("page", "main", "preload", "pull-process");
      running = await _electron.launch({
        executablePath: electron ?? "",
        args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), join(app.directory, "main.mjs")],
        env: { ...(process.env as Record<string, string>), LLAMA_REWARD_MODELS: dirname(folder.directory) },
      });
      page = await running.firstWindow();
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
    });
    afterAll(async () => {
      await running.close();
      await app.remove();
      await folder.remove();
    });

    it("ranks candidates and scores a file", async () => {
      await openModel(page, "urm-llama3.1-tiny");
      await writeCandidates(page, "A question?", ["one", "two", "three"]);
      await rank(page, 3);
      const rewards = (await dots(page)).map(({ reward }) => reward);
      expect(rewards).toEqual([...rewards].sort((a, b) => b - a));
      await chooseFile(page, "records.jsonl", [
        '{"prompt":"q","response":"a"}',
        '{"prompt":"q","response":"b"}',
      ]);
      await page.getByRole("button", { name: "Score 2 records" }).click();
      await page.getByText(/^Done in/).waitFor();
      expect(await page.locator(".figures dd").first().textContent()).toBe("2");
      expect(complaints).toEqual([]);
    });

    it("gives the page nothing of Node or Electron but its two bridges", async () => {
      const reach = await page.evaluate<string[]>(
        `[typeof require, typeof process, Object.keys(window.llamaReward).join(), Object.keys(window.desktop).sort().join()]`,
      );
      expect(reach).toEqual([
        "undefined",
        "undefined",
        "connect",
        "cancelOpen,cancelPull,chooseFolder,closeModel,listModels,onProgress,openModel,pullModel",
      ]);
    });
  },
);

/** Electron's executable: named by the environment, or installed in the example. */
function findElectron(): string | undefined {
  const chosen = process.env["ELECTRON_PATH"];
  if (chosen !== undefined) return chosen;
  try {
    const fromExample = createRequire(new URL("../../examples/electron/package.json", import.meta.url));
    const path = fromExample("electron") as string;
    return existsSync(path) ? path : undefined;
  } catch {
    // Not installed, or installed without its binary.
    return undefined;
  }
}
