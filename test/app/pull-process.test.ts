import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PullEvent } from "../../examples/electron/renderer/model/pull-events.js";
import { fixture } from "../convert/checkpoints.js";
import { FakeHub } from "../data/hub/fake-hub.js";
import { buildApp, type BuiltApp } from "./build-app.js";

const NAME = "urm-llama3.1-tiny";

describe("the process that pulls a model", () => {
  let folder: string;
  let app: BuiltApp;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "llama-reward pull-"));
    app = await buildApp("pull-process");
  });
  afterAll(async () => {
    await app.remove();
    await rm(folder, { recursive: true });
  });
  /** Starts a pull from a hub into a folder of model folders. */
  const start = (hub: string, parent: string): ChildProcess => {
    const child = fork(join(app.directory, "pull-process.mjs"), [], {
      execArgv: [],
      stdio: ["ignore", 2, 2, "ipc"],
      env: { ...process.env, HF_ENDPOINT: hub, HF_HUB_CACHE: join(folder, "cache") },
    });
    child.send({ hubId: `someone/${NAME}`, parent, type: "auto" });
    return child;
  };

  it.skipIf(process.platform === "win32")("leaves a Ctrl-C of its terminal to the app", async () => {
    const silent = createServer();
    await once(silent.listen(0, "127.0.0.1"), "listening");
    const child = start(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`, folder);
    const events: PullEvent[] = [];
    child.on("message", (event: PullEvent) => events.push(event));
    await once(silent, "request");
    child.kill("SIGINT");
    child.send("abort");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(events).toEqual([{ problem: expect.stringMatching(/abort/) as string }]);
    silent.closeAllConnections();
    silent.close();
  });

  it("leaves nothing half converted when the app is gone", async () => {
    const files = new Map<string, Buffer>();
    for (const name of await readdir(fixture(NAME)))
      if (name !== "expected.json") files.set(name, await readFile(join(fixture(NAME), name)));
    const hub = new FakeHub(`someone/${NAME}`, files);
    const parent = join(folder, "models");
    const child = start(await hub.listen(), parent);
    child.on("message", (event: PullEvent) => {
      if ("progress" in event && event.progress.phase === "convert" && child.connected) child.disconnect();
    });
    expect(await once(child, "exit")).toEqual([0, null]);
    const left = await readdir(parent);
    expect(left.filter((name) => name !== NAME)).toEqual([]);
    await hub.close();
  });
});
