import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { whyNoRedis } from "../../../scripts/soak/redis-server.mjs";

const ROOT = path.join(import.meta.dirname, "../../..");
const missing = whyNoRedis();

// A short form of what scripts/soak/jobs.mjs does at length.
it.skipIf(missing !== undefined)(
  `workers and Redis that are killed lose nothing and repeat nothing${missing === undefined ? "" : `: ${missing}`}`,
  async () => {
    if (!existsSync(path.join(ROOT, "dist/cli/main.js")))
      throw new Error("dist/ is missing: run npm run build:ts first.");
    const script = path.join(ROOT, "scripts/soak/jobs.mjs");
    const sizes = ["--kills", "4", "--records", "400", "--words", "100", "--chunk", "10", "--rate", "3"];
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...sizes]);
    expect(stdout).toContain("4 kills in");
    expect(stdout).toContain("complete, no duplicate, the same as one machine's");
  },
  240_000,
);
