import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const SCRIPTS = path.join(import.meta.dirname, "../../scripts/docs");

it.each(["accuracy", "models"])(
  "the tables of docs/%s.md are those of what is beside its script",
  async (page) => {
    const script = path.join(SCRIPTS, `${page}.mjs`);
    await expect(promisify(execFile)(process.execPath, [script, "--check"])).resolves.toMatchObject({
      stdout: "",
    });
  },
);
