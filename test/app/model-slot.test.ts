import { describe, expect, it } from "vitest";
import { ModelSlot } from "../../examples/electron/main/model-slot.js";

interface FakeModel {
  folder: string;
  isDisposed: boolean;
  dispose(): Promise<void>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function makeSlot(): { slot: ModelSlot<FakeModel>; started: FakeModel[] } {
  const started: FakeModel[] = [];
  const slot = new ModelSlot<FakeModel>(async (folder, signal) => {
    await pause(20);
    signal.throwIfAborted();
    if (folder === "broken") throw new Error("No model.");
    const model: FakeModel = {
      folder,
      isDisposed: false,
      dispose: async () => {
        await pause(20);
        model.isDisposed = true;
      },
    };
    started.push(model);
    return model;
  });
  for (const folder of ["a", "b", "broken"]) slot.offer(folder);
  return { slot, started };
}

describe("ModelSlot", () => {
  it("opens only what was offered", async () => {
    const { slot, started } = makeSlot();
    for (const folder of ["/etc", "a/../secret", "\\\\server\\share", undefined, { toString: () => "a" }]) {
      expect(await slot.open(folder)).toMatch(/from the list/);
    }
    expect(started).toEqual([]);
    expect(await slot.open("a")).toBe(undefined);
    expect(slot.model?.folder).toBe("a");
  });

  it("keeps one model, whatever is opened while another is still closing", async () => {
    const { slot, started } = makeSlot();
    await slot.open("a");
    const [first, second] = await Promise.all([slot.open("b"), slot.open("a")]);
    expect([first, second]).toEqual([expect.stringMatching(/abort/i), undefined]);
    expect(started.filter(({ isDisposed }) => !isDisposed)).toEqual([slot.model]);
    expect(slot.model?.folder).toBe("a");
  });

  it("says what is wrong, can be cancelled, and opens the next one all the same", async () => {
    const { slot } = makeSlot();
    expect(await slot.open("broken")).toBe("No model.");
    const opening = slot.open("a");
    slot.cancel();
    expect(await opening).toMatch(/abort/i);
    expect(slot.model).toBe(undefined);
    expect(await slot.open("b")).toBe(undefined);
  });

  it("leaves nothing open when it closes in the middle of an opening", async () => {
    const { slot, started } = makeSlot();
    await slot.open("a");
    const opening = slot.open("b");
    await slot.close();
    await opening;
    expect(slot.model).toBe(undefined);
    expect(started.every(({ isDisposed }) => isDisposed)).toBe(true);
  });
});
