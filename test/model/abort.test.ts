/** Calls that are aborted while a batch is computed, by kernels of our own and by llama.cpp's. */
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { RewardModel, type Message } from "../../lib/index.js";
import { loadAddon } from "../../lib/score/native/binding.js";
import { listDevices } from "../../lib/score/native/devices.js";

const MODEL = path.join(import.meta.dirname, "../../examples/models/smol-grm");
const PREFILL = listDevices().prefill === "" ? (["off"] as const) : (["auto", "off"] as const);

const conversation = (topic: string): Message[] => [
  { role: "user", content: `What is a ${topic}?` },
  { role: "assistant", content: `A ${topic} is what it is. `.repeat(20) },
];

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(PREFILL)("prefill %s", (prefill) => {
  it("an abort within a batch ends the call with its reason, and other calls get the same rewards", async () => {
    const addon = loadAddon();
    const createContext = addon.createContext.bind(addon);
    let onDecode = (): void => undefined;
    const ends: unknown[] = [];
    vi.spyOn(addon, "createContext").mockImplementation(async (...args) => {
      const context = await createContext(...args);
      return {
        ...context,
        decode: (batch) => {
          const running = context.decode(batch);
          running.catch((error: unknown) => ends.push(error));
          onDecode();
          return running;
        },
      };
    });
    const load = () => RewardModel.load(MODEL, { device: "cpu", threads: 2, prefill });
    const conversations = [conversation("train"), conversation("bridge")];
    const expected: number[] = [];
    {
      await using model = await load();
      for (const messages of conversations) expected.push((await model.score(messages)).reward);
    }

    await using model = await load();
    for (const [index, messages] of conversations.entries()) {
      const controller = new AbortController();
      const reason = new Error("no longer wanted");
      onDecode = () => {
        controller.abort(reason);
      };
      await expect(model.score(messages, { signal: controller.signal })).rejects.toBe(reason);
      onDecode = () => undefined;
      // The call does not wait for it.
      await vi.waitFor(() => {
        expect(ends).toMatchObject([{ code: "DECODE_CANCELLED" }]);
      });
      ends.length = 0;
      expect((await model.score(messages)).reward).toBe(expected[index]);
    }
  });
});
