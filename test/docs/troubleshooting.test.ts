import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "./api.js";

it("docs/troubleshooting.md has every code", () => {
  const errors = readFileSync(join(ROOT, "lib/errors.ts"), "utf8");
  const union = /type RewardErrorCode =([^;]*);/.exec(errors)?.[1] ?? "";
  const codes = [...union.matchAll(/"([A-Z_]+)"/g)].map(([, code = ""]) => code);
  expect(codes.length).toBeGreaterThan(20);
  const page = readFileSync(join(ROOT, "docs/troubleshooting.md"), "utf8");
  expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});
