import { chmod, cp, mkdir, readdir, symlink } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Conversation } from "../../../lib/score/conversation/conversation.js";
import {
  startScoringHost,
  type HostedScorer,
  type ScoringHostOptions,
} from "../../../lib/serve/host/index.js";
import { convertFixture, readExpected, temporaryFolder, type ModelFolder } from "../../support/fixtures.js";
import { collect } from "./collect.js";
import { isAlive } from "./processes.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const ENTRY = join(ROOT, "dist", "serve", "host", "entry.js");
const KILLS = 10;
/** As for the model in this process. */
const TOLERANCE = 5e-4;

// `npm test` compiles dist/ first; the host is a process of its own and runs from there.
if (!existsSync(ENTRY)) throw new Error("dist/ is missing: run npm run build:ts first.");

describe("a real model in a host", () => {
  let value: ModelFolder;
  let gated: ModelFolder;

  beforeAll(async () => {
    value = await convertFixture("grm-llama3.2-tiny", { type: "f32" });
    gated = await convertFixture("urm-llama3.1-tiny", { type: "f32" });
  });
  afterAll(async () => {
    await value.remove();
    await gated.remove();
  });

  const start = (modelDir: string, options: ScoringHostOptions = {}): Promise<HostedScorer> =>
    startScoringHost(modelDir, {
      entry: ENTRY,
      hosts: ["child-process"],
      load: { device: "cpu", threads: 1, kvType: "f32" },
      restartDelayMs: 1,
      onWarning: () => undefined,
      ...options,
    });

  const cases = async (name: string): Promise<{ messages: Conversation; score: number }[]> =>
    (await readExpected(name)).cases.filter((each) => each.expected_error === undefined).slice(0, 12);

  async function expectScores(model: HostedScorer, name: string): Promise<void> {
    const expected = await cases(name);
    const scores = await collect(model.scoreMany(expected.map(({ messages }) => messages)));
    for (const [index, { reward }] of scores.entries()) {
      expect(Math.abs(reward - (expected[index]?.score ?? NaN))).toBeLessThan(TOLERANCE);
    }
    expect(scores).toHaveLength(expected.length);
  }

  it("gives the reference rewards, in a process and in two threads at once", async () => {
    const models = await Promise.all([
      start(value.directory),
      start(value.directory, { hosts: ["worker-thread"] }),
      start(gated.directory, { hosts: ["worker-thread"] }),
    ]);
    const [inProcess, inThread, gatedThread] = models;
    await Promise.all([
      expectScores(inProcess, "grm-llama3.2-tiny"),
      expectScores(inThread, "grm-llama3.2-tiny"),
      expectScores(gatedThread, "urm-llama3.1-tiny"),
    ]);
    // One thread ends; the other goes on.
    await inThread.dispose();
    await expectScores(gatedThread, "urm-llama3.1-tiny");
    const { placement, stats } = await inProcess.status();
    expect(placement).toMatchObject({ device: "CPU", gpuLayers: 0, warnings: [], kvType: "f32" });
    expect(stats?.computedTokens).toBeGreaterThan(100);
    await Promise.all(models.map((model) => model.dispose()));
  });

  it("scores rendered prompts like conversations", async () => {
    const model = await start(value.directory);
    const [first] = await cases("grm-llama3.2-tiny");
    const { prompt = "" } = await model.score(first?.messages ?? [], { emit: ["prompt"] });
    const [settled] = await model.scoreTexts([prompt], { addSpecialTokens: true });
    expect(Math.abs((settled?.score?.reward ?? NaN) - (first?.score ?? NaN))).toBeLessThan(TOLERANCE);
    await model.dispose();
  });

  it(`scores on when its host is killed ${KILLS} times`, { timeout: 180_000 }, async () => {
    const model = await start(gated.directory, { onCrash: "retry", maxRetries: 10 });
    const pids: number[] = [];
    for (let round = 0; round < KILLS; round++) {
      const scoring = expectScores(model, "urm-llama3.1-tiny");
      const { pid } = model.host;
      await new Promise((resolve) => setTimeout(resolve, 5 * round));
      // A kill that came when its round was scored already ends a host that nobody has asked for since.
      if (pid !== undefined && isAlive(pid)) {
        pids.push(pid);
        process.kill(pid, "SIGKILL");
      }
      await scoring;
    }
    await model.dispose();
    expect(pids.length).toBeGreaterThan(0);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it("loads from a read-only folder with spaces and other letters in its path, and leaves it as it was", async () => {
    const folder = join(await temporaryFolder(), "Größte Modelle – 模型 №1");
    await cp(value.directory, folder, { recursive: true });
    await chmod(folder, 0o555);
    const before = await readdir(folder);
    const model = await start(folder);
    await expectScores(model, "grm-llama3.2-tiny");
    await model.dispose();
    expect(await readdir(folder)).toEqual(before);
    await chmod(folder, 0o755);
  });

  it("runs from app.asar.unpacked when the package lies in app.asar", async () => {
    const resources = await temporaryFolder();
    const modules = join(resources, "app.asar.unpacked", "node_modules");
    const own = join(modules, "llama-reward");
    await cp(join(ROOT, "dist"), join(own, "dist"), { recursive: true });
    await cp(join(ROOT, "package.json"), join(own, "package.json"));
    await cp(join(ROOT, "build", "Release"), join(own, "build", "Release"), { recursive: true });
    for (const name of await readdir(join(ROOT, "node_modules"))) {
      if (name.startsWith(".")) continue;
      await mkdir(dirname(join(modules, name)), { recursive: true });
      await symlink(join(ROOT, "node_modules", name), join(modules, name));
    }
    const inArchive = join(
      resources,
      "app.asar",
      "node_modules",
      "llama-reward",
      "dist",
      "serve",
      "host",
      "entry.js",
    );
    const model = await start(value.directory, { entry: inArchive });
    await expectScores(model, "grm-llama3.2-tiny");
    await model.dispose();
  });

  it("reports a folder that is no model, with the error of the loader", async () => {
    await expect(start(await temporaryFolder())).rejects.toMatchObject({ name: "ModelLoadError" });
  });

  it("hands load options on, and reports those that cannot be used", async () => {
    for (const load of [{ device: "cuda:99" }, { gpuLayers: -1 }, { gpuLayer: 3 }]) {
      await expect(start(value.directory, { load })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    const model = await start(value.directory, { load: { gpuLayers: 0, contextLength: 512 } });
    expect((await model.status()).placement).toMatchObject({ gpuLayers: 0, contextLength: 512 });
    await model.dispose();
  });
});
