import { describe, expect, it } from "vitest";
import { chooseSuites, type Suite } from "../../bench/suite.js";

const choose = (isQuick: boolean, device: "cpu" | "cuda", only?: string): Suite[] =>
  chooseSuites({ isQuick, device, only, withTransformers: false });
const names = (isQuick: boolean, device: "cpu" | "cuda", only?: string): string[] =>
  choose(isQuick, device, only).flatMap(({ shape, comparisons }) =>
    comparisons.map(({ workload }) => `${shape.name} ${workload.name}`),
  );

describe("suites", () => {
  it("measure every workload that has a goal on the whole 1B", () => {
    expect(names(false, "cpu")).toEqual(
      expect.arrayContaining([
        "1B single-64",
        "1B single-2048",
        "1B best-of-8",
        "1B best-of-64",
        "1B pairs",
        "1B next-answer",
        "1B rewardbench-mix",
        "3B-width best-of-8",
        "1B-2-layers single-8192",
        "1B-2-layers best-of-256",
      ]),
    );
  });

  it("keep to a small backbone when quick, and to the 3B on a GPU", () => {
    expect(names(true, "cpu").every((name) => name.startsWith("1B-4-layers "))).toBe(true);
    expect(names(false, "cuda").every((name) => name.startsWith("3B "))).toBe(true);
    expect(names(false, "cuda")).toContain("3B best-of-64");
  });

  it("can be narrowed to workloads by name", () => {
    expect(names(false, "cpu", "next")).toEqual(["1B next-answer"]);
    expect(choose(false, "cpu", "nothing-has-this-name")).toEqual([]);
  });

  it("name no workload twice within a shape, and compare each with a peer", () => {
    for (const suites of [choose(false, "cpu"), choose(true, "cpu"), choose(false, "cuda")]) {
      for (const { comparisons } of suites) {
        expect(new Set(comparisons.map(({ workload }) => workload.name)).size).toBe(comparisons.length);
        expect(comparisons.filter(({ peers }) => peers.length === 0)).toEqual([]);
      }
    }
  });

  it("compare with transformers on a GPU, and elsewhere when asked, but not what needs a cache", () => {
    const peersOf = (device: "cpu" | "cuda", withTransformers: boolean): Map<string, boolean> =>
      new Map(
        chooseSuites({ isQuick: false, device, withTransformers }).flatMap(({ comparisons }) =>
          comparisons.map(({ workload, peers }) => [workload.name, peers.includes("transformers")] as const),
        ),
      );
    expect(peersOf("cuda", false).get("best-of-64")).toBe(true);
    expect(peersOf("cuda", false).get("next-answer")).toBe(false);
    expect(peersOf("cpu", false).get("best-of-8")).toBe(false);
    expect(peersOf("cpu", true).get("best-of-8")).toBe(true);
  });
});
