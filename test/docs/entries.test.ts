import { beforeAll, describe, expect, it } from "vitest";
import { ApiReader, entries } from "./api.js";

// An entry's user can write down every type that the entry's signatures name, without a path into the package.
describe("the entry", () => {
  let reader: ApiReader;
  beforeAll(async () => {
    reader = await ApiReader.create();
  });

  it.each([...entries().keys()])(
    "%s exports every type that its signatures name, each with a comment",
    (name) => {
      const { exports, problems } = reader.read(name);
      expect(problems).toEqual([]);
      expect(exports.length).toBeGreaterThan(0);
    },
  );
});
