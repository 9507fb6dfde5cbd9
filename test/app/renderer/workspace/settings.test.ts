import { describe, expect, it } from "vitest";
import {
  checkSettings,
  DEFAULT_SETTINGS,
  isSameLoad,
  readSettings,
} from "../../../../examples/electron/renderer/workspace/settings.js";

describe("settings", () => {
  it("leave all to the model when they are empty", () => {
    expect(checkSettings(DEFAULT_SETTINGS)).toEqual({ problems: {}, load: {}, order: {} });
    expect(checkSettings({ ...DEFAULT_SETTINGS, device: " auto ", penalty: "0" })).toEqual({
      problems: {},
      load: {},
      order: {},
    });
  });

  it("become options", () => {
    const settings = {
      device: "cuda:1,vulkan",
      contextLength: "4096",
      truncate: "left",
      specialTokens: "literal",
      penalty: "0.5",
      maxStd: "2",
    };
    expect(checkSettings(settings)).toEqual({
      problems: {},
      load: { device: "cuda:1,vulkan", contextLength: 4096, truncate: "left", specialTokens: "literal" },
      order: { penalty: 0.5, maxStd: 2 },
    });
  });

  it.each([
    ["device", "gpu!"],
    ["contextLength", "4k"],
    ["contextLength", "0"],
    ["contextLength", "1.5"],
    ["contextLength", "99999999999"],
    ["penalty", "-1"],
    ["penalty", "Infinity"],
    ["penalty", "half"],
    ["maxStd", "0"],
    ["maxStd", "1,5"],
  ] as const)("say what is wrong with %s %s", (key, value) => {
    const { problems } = checkSettings({ ...DEFAULT_SETTINGS, [key]: value });
    expect(Object.keys(problems)).toEqual([key]);
    expect(problems[key]).toMatch(/^[A-Z].*\.$/);
  });

  it("are read as they were kept, whatever else is there", () => {
    const settings = { ...DEFAULT_SETTINGS, device: "cpu" };
    expect(readSettings(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
    expect(readSettings({ device: 3, more: "x" })).toEqual(DEFAULT_SETTINGS);
    expect(readSettings(null)).toEqual(DEFAULT_SETTINGS);
  });

  it("know two equal ways to load a model", () => {
    expect(isSameLoad({ device: "cpu" }, { device: "cpu" })).toBe(true);
    expect(isSameLoad({ device: "cpu" }, { device: "cpu", contextLength: 1 })).toBe(false);
  });
});
