import { describe, expect, it } from "vitest";
import { requiredTensors, summarise, type HeadSummary } from "../../../lib/score/head/head.js";
import { detectHead, HEADS } from "../../../lib/score/head/registry.js";
import { candidatesOf, expectedOf, FixtureTensors } from "./fixture.js";

async function summaryOf(checkpoint: string): Promise<HeadSummary> {
  const { definition, spec } = detectHead(await candidatesOf(checkpoint));
  return summarise(definition, spec);
}

describe("a head says itself", () => {
  it("which tensors of the checkpoint it is made of", async () => {
    for (const checkpoint of ["grm-linear-tiny", "qrm-llama3-tiny", "pairpref-tiny"]) {
      const tensors = await FixtureTensors.read(checkpoint);
      const { definition, spec } = detectHead(await candidatesOf(checkpoint, tensors));
      const names = requiredTensors(definition, spec);
      expect(names.length).toBeGreaterThan(0);
      expect(names.filter((name) => !tensors.tensors.has(name))).toEqual([]);
    }
  });

  it("which tensors it reads, where it keeps only a part of them", () => {
    for (const head of HEADS) {
      expect("requires" in head, head.kind).toBe("extract" in head);
    }
  });

  it("its attributes, as results have them", async () => {
    const [first] = expectedOf("urm-llama3.1-tiny").cases;
    const { attributeNames } = await summaryOf("urm-llama3.1-tiny");
    expect(attributeNames).toEqual(Object.keys(first?.attributes ?? {}));
  });

  it("in how many orders it compares, and what it assumes", async () => {
    expect(await summaryOf("pairpref-tiny")).toEqual({ attributeNames: [], orders: 2, assumptions: [] });
    expect(await summaryOf("grm-linear-tiny")).toEqual({ attributeNames: [], orders: 1, assumptions: [] });
    const { assumptions } = await summaryOf("urm-llama3.1-tiny");
    expect(assumptions).toEqual([
      "Raw deviations become standard deviations by exp, as the head's paper has it.",
    ]);
  });
});
