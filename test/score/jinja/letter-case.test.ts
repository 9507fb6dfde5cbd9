import { describe, expect, it } from "vitest";
import { capitalize, titleFilter, titleMethod } from "../../../lib/score/jinja/letter-case.js";

// Expected values: CPython 3.11 and Jinja2 3.1.6.
describe("letter case", () => {
  it("capitalizes", () => {
    expect(["", "aBC", "éA", "1A"].map(capitalize)).toEqual(["", "Abc", "Éa", "1a"]);
    expect(titleMethod("it's x-YZ 3d")).toBe("It'S X-Yz 3D");
    expect(titleFilter("it's x-YZ (ab")).toBe("It's X-Yz (Ab");
  });
});
