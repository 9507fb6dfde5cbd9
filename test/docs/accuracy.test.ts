import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const SCRIPT = path.join(import.meta.dirname, "../../scripts/docs/accuracy.mjs");

it("the tables of docs/accuracy.md are those of the results beside it", async () => {
  await expect(promisify(execFile)(process.execPath, [SCRIPT, "--check"])).resolves.toMatchObject({
    stdout: "",
  });
});
