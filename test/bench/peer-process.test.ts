import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { PeerProcess as PeerProcessClass } from "../../bench/peer-process.js";
import { SHAPE_1B } from "../../bench/shape.js";

// Peers are processes of their own, and run what is built.
const BUILT = new URL("../../build/bench/peer-process.js", import.meta.url);
const BACKBONE = new URL("../fixtures/models/tiny-grm/backbone-f16.gguf", import.meta.url);

describe("a peer", () => {
  it.each(["SIGINT", "SIGKILL"])("that %s ended is no reason to wait", async (signal) => {
    if (!existsSync(BUILT)) throw new Error("dist/ is missing: run npm run build:ts first.");
    const { PeerProcess } = (await import(BUILT.href)) as { PeerProcess: typeof PeerProcessClass };
    const started = await PeerProcess.start("bare-llama-decode", {
      modelPath: fileURLToPath(BACKBONE),
      shape: SHAPE_1B,
      threads: 1,
      contextLength: 256,
      kvType: "f16",
      device: "cpu",
    });
    if (!("peer" in started)) throw new Error(started.unavailable);
    const { peer } = started;
    const { child } = peer as unknown as { child: { kill: (signal: string) => void } };
    const run = peer.run({ resetsPeak: false, warmUp: [], candidates: [new Int32Array(200)] });
    child.kill(signal);
    await expect(run).rejects.toThrow(/failed/);
    await peer.stop();
  });
});
