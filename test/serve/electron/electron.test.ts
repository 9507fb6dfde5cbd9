import { fork, type Serializable } from "node:child_process";
import { MessageChannel } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  serveRenderers,
  startScoringHost,
  type IpcMainEvent,
  type MessagePortMain,
  type UtilityProcessModule,
} from "../../../lib/serve/electron/index.js";
import { exposeScoring } from "../../../lib/serve/electron/preload.js";
import { connectScoring } from "../../../lib/serve/electron/renderer.js";
import type { PageMessageEvent, PageWindow } from "../../../lib/serve/electron/electron-api.js";
import type { MessagePortLike } from "../../../lib/serve/host/port.js";
import type { Scorer } from "../../../lib/score/score.js";
import { buildHost, removeHosts } from "../host/build-host.js";
import { FakeScorer, fakeReward } from "../host/fake-scorer.js";

const MESSAGE = [{ role: "user", content: "a" }];

describe("startScoringHost", () => {
  let entry = "";
  beforeAll(async () => {
    entry = await buildHost("../electron/utility-host.ts");
  });
  afterAll(removeHosts);

  /** Electron's module over a Node child. */
  const utilityProcess: UtilityProcessModule = {
    fork: (modulePath) => {
      const child = fork(modulePath, [], { serialization: "advanced", execArgv: [] });
      const postMessage = (message: unknown): void => {
        if (child.connected) child.send(message as Serializable, () => undefined);
      };
      return Object.assign(child, { postMessage, pid: child.pid });
    },
  };

  it("scores in a utility process and starts it again after a crash", async () => {
    const model = await startScoringHost("fake", {
      utilityProcess,
      entry,
      onCrash: "retry",
      restartDelayMs: 1,
      onWarning: () => undefined,
      load: { delayMs: 20 },
    });
    expect(model.host.kind).toBe("utility-process");
    const call = model.score(MESSAGE);
    process.kill(model.host.pid ?? 0, "SIGKILL");
    expect((await call).reward).toBe(fakeReward("a"));
    expect(model.host.restarts).toBe(1);
    await model.dispose();
  });
});

describe("the bridge", () => {
  /** Main process, preload script and page in one, joined the way Electron joins them. */
  function electron(
    scorer: Scorer | undefined,
    url = "app://page/index.html",
  ): PageWindow & { channels: string[] } {
    const listeners = new Set<(event: PageMessageEvent) => void>();
    const channels: string[] = [];
    const page = {
      channels,
      postMessage: (data: unknown, _origin: string, ports: MessagePortLike[]) => {
        for (const listener of listeners) listener({ source: page, data, ports });
      },
      addEventListener: (_: "message", listener: (event: PageMessageEvent) => void) => {
        listeners.add(listener);
      },
      removeEventListener: (_: "message", listener: (event: PageMessageEvent) => void) => {
        listeners.delete(listener);
      },
    };
    let toMain: ((event: IpcMainEvent) => void) | undefined;
    let toPreload: ((event: { ports: MessagePortLike[] }) => void) | undefined;
    serveRenderers({
      ipcMain: {
        on: (_, listener) => (toMain = listener),
        off: () => undefined,
      },
      MessageChannelMain: FakeMessageChannelMain as never,
      scorer: () => scorer,
      isAllowed: (address) => address.startsWith("app://page/"),
    });
    exposeScoring(
      {
        ipcRenderer: {
          send: (channel: string) => {
            channels.push(channel);
            toMain?.({
              senderFrame: {
                url,
                postMessage: (_channel, _message, transfer) => {
                  toPreload?.({ ports: (transfer ?? []) as never });
                },
              },
            });
          },
          on: (_, listener) => (toPreload = listener),
        },
        contextBridge: {
          exposeInMainWorld: (key, api) => Object.assign(page, { [key]: api }),
        },
      },
      page,
    );
    return page;
  }

  it("brings a port to the page, over which it scores", async () => {
    const page = electron(new FakeScorer("fake"));
    const client = await connectScoring(page);
    expect(client.description.name).toBe("fake");
    expect((await client.score(MESSAGE)).reward).toBe(fakeReward("a"));
    await client.dispose();
  });

  it("gives the page one function without arguments, and one channel", () => {
    const page = electron(new FakeScorer("fake"));
    const bridge = (page as unknown as { llamaReward: Record<string, (...args: unknown[]) => void> })
      .llamaReward;
    expect(Object.keys(bridge)).toEqual(["connect"]);
    bridge["connect"]?.("another-channel", { anything: true });
    expect(page.channels).toEqual(["llama-reward:connect"]);
  });

  it("gives no port to other addresses, and none while there is no model", async () => {
    for (const page of [electron(new FakeScorer("fake"), "https://evil.example/"), electron(undefined)]) {
      await expect(connectScoring(page, 50)).rejects.toMatchObject({ code: "HOST_FAILED" });
    }
  });

  it("says so when the preload script exposes nothing", async () => {
    await expect(connectScoring({} as PageWindow)).rejects.toThrow(/preload/);
  });
});

/** `MessageChannelMain` over Node's own channel. */
class FakeMessageChannelMain {
  readonly port1: MessagePortMain;
  readonly port2: unknown;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = {
      postMessage: (message) => {
        port1.postMessage(message);
      },
      on: (event: string, listener: (event: never) => void) => {
        if (event === "message")
          port1.on("message", (data: unknown) => {
            listener({ data } as never);
          });
        else
          port1.on("close", () => {
            listener(undefined as never);
          });
      },
      start: () => {
        port1.start();
      },
      close: () => {
        port1.close();
      },
    };
    this.port2 = port2;
  }
}
