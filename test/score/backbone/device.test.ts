import { describe, expect, it } from "vitest";
import { chooseDevices } from "../../../lib/score/backbone/device.js";
import { InvalidArgumentError } from "../../../lib/errors.js";
import type { NativeDevice } from "../../../lib/score/native/native-addon.js";

const device = (
  name: string,
  backend: string,
  kind: NativeDevice["kind"],
  memoryFreeBytes = 1,
): NativeDevice => ({
  name,
  backend,
  kind,
  description: name,
  memoryTotalBytes: memoryFreeBytes,
  memoryFreeBytes,
});
const CPU = device("CPU", "CPU", "cpu");
const IGPU = device("Vulkan0", "Vulkan", "integrated-gpu", 64e9);
const SMALL = device("CUDA0", "CUDA", "gpu", 8e9);
const LARGE = device("CUDA1", "CUDA", "gpu", 24e9);
/** The same card as CUDA1, seen by another backend. */
const AGAIN = device("Vulkan1", "Vulkan", "gpu", 24e9);

describe("chooseDevices", () => {
  it("auto takes GPUs with own memory, most of it free first, of one backend; else the shared one; else the CPU", () => {
    expect(chooseDevices("auto", [CPU, IGPU, SMALL, LARGE, AGAIN])).toEqual([LARGE, SMALL]);
    expect(chooseDevices("auto", [CPU, IGPU])).toEqual([IGPU]);
    expect(chooseDevices("auto", [CPU])).toEqual([]);
  });

  it("auto prefers a GPU's own backend to Vulkan, and a larger GPU to a smaller one with a backend of its own", () => {
    const twin = { ...device("Vulkan1", "Vulkan", "gpu", 25e9), description: LARGE.description };
    expect(chooseDevices("auto", [CPU, twin, LARGE])).toEqual([LARGE]);
    expect(chooseDevices("vulkan", [CPU, twin, LARGE])).toEqual([twin]);
    expect(chooseDevices("auto", [CPU, SMALL, AGAIN])).toEqual([AGAIN]);
  });

  it("takes the backend asked for", () => {
    expect(chooseDevices("cpu", [CPU, LARGE])).toEqual([]);
    expect(chooseDevices("CPU", [CPU, LARGE])).toEqual([]);
    expect(chooseDevices("vulkan", [CPU, LARGE, IGPU])).toEqual([IGPU]);
    expect(chooseDevices("cuda", [SMALL, CPU])).toEqual([SMALL]);
    expect(chooseDevices("metal", [CPU, device("MTL0", "MTL", "gpu")])[0]?.name).toBe("MTL0");
    // A ROCm build of the CUDA backend.
    expect(chooseDevices("cuda", [CPU, device("ROCm0", "ROCm", "gpu")])[0]?.name).toBe("ROCm0");
  });

  it("takes one GPU by number or name, and several with commas in the given order", () => {
    const all = [CPU, SMALL, LARGE, IGPU, AGAIN];
    expect(chooseDevices("cuda:0", all)).toEqual([SMALL]);
    expect(chooseDevices("CUDA:1", all)).toEqual([LARGE]);
    expect(chooseDevices("vulkan:1", all)).toEqual([AGAIN]);
    expect(chooseDevices("Vulkan1", all)).toEqual([AGAIN]);
    expect(chooseDevices("cuda1", all)).toEqual([LARGE]);
    expect(chooseDevices("cuda:0, CUDA1,cuda:0", all)).toEqual([SMALL, LARGE]);
  });

  it("names what is there, and the command that helps, when the device is not", () => {
    for (const choice of ["cuda", "vulkan:1", "cuda:0,vulkan:0"]) {
      const choose = (): unknown => chooseDevices(choice, [CPU, IGPU]);
      expect(choose).toThrow(InvalidArgumentError);
      expect(choose).toThrow(/CPU \(CPU\), Vulkan0 \(Vulkan\).*llama-reward devices/);
    }
  });

  it("refuses what is no device at all", () => {
    for (const choice of [
      "tpu",
      "cuda:",
      "cuda:x",
      "cuda:-1",
      "cuda:0:1",
      "",
      "cuda,,",
      "cpu,cuda:0",
      "CUDA7",
    ]) {
      expect(() => chooseDevices(choice, [CPU, SMALL])).toThrow(/Expected auto, cpu, cuda, metal, vulkan/);
    }
  });
});
