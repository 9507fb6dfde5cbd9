import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PeerOptions } from "../../bench/peer.js";
import { start } from "../../bench/peers/transformers.js";
import { SHAPE_1B } from "../../bench/shape.js";

const OPTIONS: PeerOptions = {
  modelPath: "unused",
  shape: SHAPE_1B,
  threads: 1,
  contextLength: 8192,
  kvType: "f16",
  device: "cpu",
};

let folder: string;
const path = process.env["PATH"];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "llama-reward-python-"));
  process.env["PATH"] = `${folder}${delimiter}${path ?? ""}`;
});
afterEach(async () => {
  process.env["PATH"] = path;
  await rm(folder, { recursive: true, force: true });
});

/** Puts a shell script where `python3` is looked for. */
async function fakePython(script: string): Promise<void> {
  const file = join(folder, "python3");
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

describe.skipIf(process.platform === "win32")("the transformers peer", () => {
  it("hands over tokens as a JSON line and takes the script's own time", async () => {
    const expected = "[[1,2],[3]]";
    await fakePython(
      `echo '{"ready":true}'; while read -r line; do
         [ "$line" = "${expected}" ] && echo '{"seconds":0.25}' || echo '{"unavailable":"other tokens"}'
       done`,
    );
    const peer = await start(OPTIONS);
    expect(await peer.run([Int32Array.of(1, 2), Int32Array.of(3)])).toBe(0.25);
    await expect(peer.run([Int32Array.of(4)])).rejects.toThrow("other tokens");
    await peer.dispose();
  });

  it("says why it is not available", async () => {
    await fakePython(`echo '{"unavailable":"No module named torch"}'`);
    await expect(start(OPTIONS)).rejects.toThrow("No module named torch");
    await fakePython("exit 3");
    await expect(start(OPTIONS)).rejects.toThrow("ended");
    await expect(start({ ...OPTIONS, device: "vulkan" })).rejects.toThrow("vulkan");
  });
});
