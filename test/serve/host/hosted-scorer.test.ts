import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rename } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Conversation } from "../../../lib/score/conversation/conversation.js";
import { DisposedError, HostError, ModelLoadError } from "../../../lib/errors.js";
import { HostedScorer, startScoringHost, type ScoringHostOptions } from "../../../lib/serve/host/index.js";
import type { LaunchHost } from "../../../lib/serve/host/host-process.js";
import { launchChild } from "../../../lib/serve/host/launch-child.js";
import type { Progress } from "../../../lib/score/score.js";
import { temporaryFolder } from "../../support/fixtures.js";
import { buildHost, removeHosts } from "./build-host.js";
import { collect } from "./collect.js";
import { fakeReward } from "./fake-scorer.js";
import { isAlive } from "./processes.js";

const KILLS = 100;

let entry = "";
let parentScript = "";
const started: HostedScorer[] = [];

beforeAll(async () => {
  entry = await buildHost("fake-host.ts");
  parentScript = await buildHost("fake-parent.ts");
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((model) => model.dispose()));
});
afterAll(removeHosts);

async function start(options: ScoringHostOptions = {}, modelDir = "fake"): Promise<HostedScorer> {
  const model = await startScoringHost(modelDir, {
    entry,
    hosts: ["child-process"],
    onWarning: () => undefined,
    ...options,
  });
  started.push(model);
  return model;
}

const conversation = (text: string): Conversation => [{ role: "user", content: text }];
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function kill(model: HostedScorer): void {
  const { pid } = model.host;
  if (pid !== undefined) process.kill(pid, "SIGKILL");
}

describe("startScoringHost", () => {
  it.each(["child-process", "worker-thread"] as const)("scores in a %s", async (kind) => {
    const progress: Progress[] = [];
    const model = await start({ hosts: [kind], onProgress: (seen) => progress.push(seen) });
    expect(model.host.kind).toBe(kind);
    expect(model.description.name).toBe("fake");
    expect(progress).toEqual([{ phase: "load", unit: "share", done: 1, total: 1 }]);
    expect((await model.score(conversation("a"))).reward).toBe(fakeReward("a"));
    const scores = await collect(model.scoreMany([conversation("b"), conversation("c")]));
    expect(scores.map(({ reward }) => reward)).toEqual([fakeReward("b"), fakeReward("c")]);
    expect((await model.rank("p", ["x", "y"])).length).toBe(2);
    expect((await model.compare("p", "x", "y")).probability).toBeGreaterThan(0);
    const texts = await model.scoreTexts(["a", "[refuse]"], { addSpecialTokens: false });
    expect(texts.map(({ score, error }) => error?.code ?? score?.reward)).toEqual([
      fakeReward("a"),
      "CONVERSATION_TOO_LONG",
    ]);
  });

  it("passes the model's own errors on, and leaves no host behind", async () => {
    const pids: (number | undefined)[] = [];
    const plan = {
      modelDir: "missing",
      loadOptions: {},
      entry,
      launchers: {
        "child-process": (script: string) => {
          const host = launchChild(script);
          pids.push(host.pid);
          return host;
        },
      },
    };
    await expect(HostedScorer.start(plan, {})).rejects.toThrow(ModelLoadError);
    expect(pids).toHaveLength(1);
    await expect.poll(() => isAlive(pids[0])).toBe(false);
  });

  it("falls back to the next kind of host with a warning", async () => {
    const warnings: string[] = [];
    const model = await startScoringHost(
      "fake",
      {
        entry,
        hosts: ["utility-process", "child-process"],
        onWarning: (warning) => warnings.push(warning),
      },
      // A utility process that dies as soon as it is used.
      {
        "utility-process": (script) => {
          const host = launchChild(script);
          return {
            ...host,
            kind: "utility-process",
            port: {
              ...host.port,
              post: () => {
                host.kill();
              },
            },
          };
        },
      },
    );
    started.push(model);
    expect(model.host.kind).toBe("child-process");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/runs in a child-process, because a utility-process failed.*SIGKILL/);
  });

  it("takes a script relative to the working directory, in every kind of host", async () => {
    for (const kind of ["child-process", "worker-thread"] as const) {
      const model = await start({ hosts: [kind], entry: relative(process.cwd(), entry) });
      expect((await model.score(conversation("a"))).reward).toBe(fakeReward("a"));
    }
  });

  it("says what was tried when no kind works", async () => {
    const failing = startScoringHost("dies", { entry, hosts: ["child-process", "utility-process"] });
    await expect(failing).rejects.toMatchObject({
      code: "HOST_FAILED",
      details: { attempts: [{ kind: "child-process" }, { kind: "utility-process" }] },
    });
  });

  it("stops loading on abort, with the caller's reason", async () => {
    const reason = new Error("not now");
    const starting = startScoringHost("fake", { entry, signal: AbortSignal.timeout(1) });
    await expect(starting).rejects.toMatchObject({ name: "TimeoutError" });
    await expect(startScoringHost("fake", { entry, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("a host that starts and says nothing", () => {
  /** A child, silent from its nth start on. */
  function silentFrom(start: number): LaunchHost {
    let starts = 0;
    return (script) => {
      const host = launchChild(script);
      starts += 1;
      return starts < start ? host : { ...host, port: { ...host.port, onMessage: () => undefined } };
    };
  }
  const startSilent = (launch: LaunchHost, options: ScoringHostOptions = {}): Promise<HostedScorer> =>
    HostedScorer.start(
      { modelDir: "fake", loadOptions: {}, entry, launchers: { "child-process": launch } },
      { onWarning: () => undefined, restartDelayMs: 1, ...options },
    );

  it("does not keep a start that was aborted", async () => {
    const reason = new Error("not that long");
    const controller = new AbortController();
    const starting = startSilent(silentFrom(1), { signal: controller.signal });
    setTimeout(() => {
      controller.abort(reason);
    }, 50);
    await expect(starting).rejects.toBe(reason);
  });

  it("does not keep dispose when it was started after a crash", async () => {
    const model = await startSilent(silentFrom(2));
    kill(model);
    await expect.poll(() => model.host.restarts).toBe(1);
    await pause(50);
    const startedAt = performance.now();
    await model.dispose();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe("HostedScorer", () => {
  it(`runs every call again when the host is killed ${KILLS} times`, { timeout: 180_000 }, async () => {
    const model = await start({ onCrash: "retry", maxRetries: 10, restartDelayMs: 1, load: { delayMs: 3 } });
    const pids = new Set<number>();
    const before = process.memoryUsage().rss;
    for (let round = 0; round < KILLS; round++) {
      const texts = [0, 1, 2].map((index) => `round ${round}, ${index}`);
      const calls = Promise.all([
        model.score(conversation(texts[0] ?? "")),
        collect(model.scoreMany(texts.map(conversation))),
      ]);
      if (model.host.pid !== undefined) pids.add(model.host.pid);
      await pause(2);
      kill(model);
      const [score, scores] = await calls;
      expect(score.reward).toBe(fakeReward(texts[0] ?? ""));
      expect(scores.map(({ reward }) => reward)).toEqual(texts.map(fakeReward));
    }
    expect(model.host.restarts).toBeGreaterThanOrEqual(KILLS - 1);
    await model.dispose();
    await expect.poll(() => [...pids].filter(isAlive)).toEqual([]);
    // A megabyte for each of a hundred dead hosts would show; allocator noise does not.
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(100);
  });

  it("reports every call when it is not to run again", async () => {
    const model = await start({ restartDelayMs: 1, load: { delayMs: 200 } });
    for (let round = 0; round < 5; round++) {
      const calls = Promise.allSettled([
        model.score(conversation("a")),
        model.rank("p", ["a", "b"]),
        collect(model.scoreMany([conversation("a"), conversation("b")])),
      ]);
      await expect.poll(() => isAlive(model.host.pid), { timeout: 10_000 }).toBe(true);
      await pause(20);
      kill(model);
      for (const outcome of await calls) {
        expect(outcome).toMatchObject({ status: "rejected", reason: { code: "HOST_FAILED" } });
      }
    }
    expect((await model.score(conversation("a"))).reward).toBe(fakeReward("a"));
  });

  it("goes on with a stream where the host died, without reading the source twice", async () => {
    const model = await start({ onCrash: "retry", restartDelayMs: 1, load: { delayMs: 1 } });
    let read = 0;
    const source = function* (): Generator<Conversation> {
      for (; read < 300; read++) yield conversation(`text ${read}`);
    };
    const rewards: number[] = [];
    for await (const { reward } of model.scoreMany(source())) {
      rewards.push(reward);
      if (rewards.length % 100 === 50) kill(model);
    }
    expect(rewards).toEqual(Array.from({ length: 300 }, (_, index) => fakeReward(`text ${index}`)));
    expect(model.host.restarts).toBe(3);
  });

  it("gives up on an input that kills every host, and lives on", async () => {
    const model = await start({ onCrash: "retry", maxRetries: 2, restartDelayMs: 1 });
    await expect(model.score(conversation("[die]"))).rejects.toThrow(HostError);
    expect((await model.score(conversation("a"))).reward).toBe(fakeReward("a"));
    expect(model.host.restarts).toBe(3);
  });

  it("gives the HostError of a scorer that itself has a host, without waiting for a crash of its own", async () => {
    const model = await start({ onCrash: "retry" });
    await expect(model.score(conversation("[inner]"))).rejects.toThrow("The host within is gone.");
    expect(model.host.restarts).toBe(0);
  });

  it("stops starting a host that keeps dying", async () => {
    const model = await start({ maxRestarts: 2, restartDelayMs: 1, onCrash: "retry", maxRetries: 100 });
    await expect(model.score(conversation("[die]"))).rejects.toThrow(/3 times in a row/);
    await expect(model.score(conversation("a"))).rejects.toThrow(HostError);
  });

  it("tries again later where the model could not be loaded for a while", async () => {
    const folder = await temporaryFolder();
    const modelDir = join(folder, "model");
    await mkdir(modelDir);
    const model = await start({ maxRestarts: 2, restartDelayMs: 1 }, modelDir);
    await rename(modelDir, `${modelDir}-away`);
    kill(model);
    await expect.poll(() => model.host.pid).toBe(undefined);
    for (let call = 0; call < 6; call++) {
      await expect(model.score(conversation("a"))).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
    }
    await rename(`${modelDir}-away`, modelDir);
    // The call that finds the failure has it; the next one starts the host.
    await model.score(conversation("a")).catch(() => undefined);
    expect((await model.score(conversation("a"))).reward).toBe(fakeReward("a"));
  });

  // Nothing stops a process on Windows.
  it.skipIf(process.platform === "win32")(
    "ends a host that hangs, and answers the call in the next one",
    async () => {
      const warnings: string[] = [];
      const model = await start({
        onCrash: "retry",
        restartDelayMs: 1,
        heartbeatMs: 50,
        load: { delayMs: 300 },
        onWarning: (message) => warnings.push(message),
      });
      const call = model.score(conversation("a"));
      await pause(20);
      process.kill(model.host.pid ?? 0, "SIGSTOP");
      expect((await call).reward).toBe(fakeReward("a"));
      expect(model.host.restarts).toBe(1);
      expect(warnings[0]).toMatch(/hangs: it has not answered for 0\.1 s\. It is ended\./);
    },
  );

  it.skipIf(process.platform === "win32")(
    "only reports a host that hangs where that is wanted, and lets a busy one be",
    async () => {
      const warnings: string[] = [];
      const model = await start({
        heartbeatMs: 50,
        onHang: "warn",
        load: { delayMs: 400 },
        onWarning: (message) => warnings.push(message),
      });
      // Longer than any patience, but its event loop is free.
      await model.score(conversation("a"));
      expect(warnings).toEqual([]);
      const call = model.score(conversation("b"));
      await pause(20);
      const { pid = 0 } = model.host;
      process.kill(pid, "SIGSTOP");
      await expect.poll(() => warnings.length).toBe(1);
      process.kill(pid, "SIGCONT");
      expect((await call).reward).toBe(fakeReward("b"));
      expect(model.host).toMatchObject({ pid, restarts: 0 });
    },
  );

  it("leaves a stream whose source has fallen silent at once", async () => {
    const model = await start();
    async function* silent(): AsyncGenerator<Conversation> {
      yield conversation("a");
      await new Promise(() => undefined);
    }
    for await (const { reward } of model.scoreMany(silent())) {
      expect(reward).toBe(fakeReward("a"));
      break;
    }
  });

  it("lets a caller stop waiting for a restart", async () => {
    const model = await start({ restartDelayMs: 5_000 });
    kill(model);
    await expect.poll(() => model.host.pid).toBe(undefined);
    const reason = new Error("not that long");
    const controller = new AbortController();
    const call = model.score(conversation("a"), { signal: controller.signal });
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    const startedAt = performance.now();
    await model.dispose();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it("rejects calls in flight on dispose", async () => {
    const model = await start({ load: { delayMs: 300 } });
    const { pid } = model.host;
    const call = model.score(conversation("a")).catch((error: unknown) => error);
    await pause(20);
    await model.dispose();
    expect(await call).toBeInstanceOf(DisposedError);
    expect(isAlive(pid)).toBe(false);
    await expect(model.score(conversation("a"))).rejects.toThrow(DisposedError);
  });
});

describe("the host process", () => {
  it("does not keep a program alive that forgot to dispose it", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [parentScript, entry]);
    const { reward, pid } = JSON.parse(stdout) as { reward: number; pid: number };
    expect(reward).toBe(fakeReward("a"));
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });

  it("ends when its parent is killed", async () => {
    const parent = spawn(process.execPath, [parentScript, entry, "wait"]);
    const [output] = (await once(parent.stdout, "data")) as [Buffer];
    const { pid } = JSON.parse(output.toString()) as { pid: number };
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });
});
