import { describe, expect, it, vi } from "vitest";
import { FakeAddon, load } from "./fake-addon.js";

describe("a load that is watched, and given up", () => {
  it("reports progress, and aborts a load with the signal's reason", async () => {
    const seen: number[] = [];
    await load(new FakeAddon(), {
      onProgress: ({ phase, done }) => seen.push(phase === "load" ? done : NaN),
    });
    expect(seen.at(-1)).toBe(1);

    const addon = new FakeAddon();
    addon.isLoadManual = true;
    const controller = new AbortController();
    const loading = load(addon, { signal: controller.signal });
    await vi.waitUntil(() => addon.modelOptions);
    const reason = new Error("changed my mind");
    controller.abort(reason);
    await expect(loading).rejects.toBe(reason);
    expect(addon.isCancelled).toBe(true);
  });

  it("fails with what the progress callback throws, and cancels the load", async () => {
    const addon = new FakeAddon();
    addon.isLoadManual = true;
    const failure = new Error("window closed");
    const onProgress = (): void => {
      throw failure;
    };
    await expect(load(addon, { onProgress })).rejects.toBe(failure);
    expect(addon.isCancelled).toBe(true);
  });

  it("frees a model that was loaded just before the abort, or that its progress callback refuses", async () => {
    const late = new FakeAddon();
    late.isLoadManual = true;
    const controller = new AbortController();
    const loading = load(late, { signal: controller.signal });
    await vi.waitUntil(() => late.modelOptions);
    const reason = new Error("changed my mind");
    late.finishLoad();
    controller.abort(reason);
    await expect(loading).rejects.toBe(reason);
    expect(late.isModelDisposed).toBe(true);

    const refused = new FakeAddon();
    const failure = new Error("window closed");
    const onProgress = (): void => {
      throw failure;
    };
    await expect(load(refused, { onProgress })).rejects.toBe(failure);
    expect(refused.isModelDisposed).toBe(true);
  });

  it("frees a context that was made when the load is aborted", async () => {
    const addon = new FakeAddon();
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    addon.failContext = () => {
      controller.abort(reason);
      return undefined;
    };
    await expect(load(addon, { signal: controller.signal })).rejects.toBe(reason);
    expect(addon.context?.isDisposed).toBe(true);
    expect(addon.isModelDisposed).toBe(true);
  });

  it("fails with what the progress callback threw, also when the load could not be cancelled any more", async () => {
    const addon = new FakeAddon();
    addon.isLoadManual = true;
    const failure = new Error("window closed");
    let calls = 0;
    const loading = load(addon, {
      onProgress: () => {
        if (calls++ > 0) return;
        addon.finishLoad();
        throw failure;
      },
    });
    await expect(loading).rejects.toBe(failure);
    expect(addon.isModelDisposed).toBe(true);
  });
});
