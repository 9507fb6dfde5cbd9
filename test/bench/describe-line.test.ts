import { describe, expect, it } from "vitest";
import { describeBenchLine } from "../../bench/describe-line.js";
import { cli } from "../cli/cli.js";

describe("lines of bench", () => {
  it("show both rates and the ratio in columns", () => {
    const line = describeBenchLine({
      workload: "best-of-8",
      metric: "candidates/s",
      ours: 1.18,
      peer: "node-llama-cpp",
      theirs: 0.275,
      ratio: 4.29,
      runs: 5,
      shape: "1B",
      details: { peerCandidates: 8, peakBytes: 2.5e9, idleShare: 0.013 },
    });
    expect(line.split("\n")).toEqual([
      "1B           best-of-8             1.18 candidates/s  node-llama-cpp       0.275   4.29 ×",
      "    peerCandidates 8",
      "    peak 2.5 GB",
      "    idle 1.3 %",
    ]);
  });

  it("show figures without a peer, and memory", () => {
    expect(
      describeBenchLine({ workload: "stream-100", metric: "records/s", ours: 1000, shape: "tiny" }),
    ).toBe("tiny         stream-100         1.00e+3 records/s");
    expect(
      describeBenchLine({
        workload: "memory",
        metric: "bytes",
        shape: "1B",
        during: "single-64",
        peak: 3.3e9,
        backboneFile: 2.5e9,
        kvCache: 0.7e9,
        other: 0.1e9,
      }),
    ).toBe(
      "1B           memory             single-64: peak 3.3 GB = file 2.5 GB + KV cache 700 MB + other 100 MB",
    );
  });
});

describe("bench", () => {
  it("prints JSON lines, the machine first, and the time it took on stderr", async () => {
    const { status, stdout, stderr } = await cli(["bench", "--json", "--only", "nothing-has-this-name"]);
    expect(status).toBe(0);
    const lines = stdout.trim().split("\n");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ workload: "machine", device: "cpu", type: "bf16" });
    expect(stderr).toMatch(/measured in \d+\.\d minutes/);
  });

  it("refuses an unknown suite", async () => {
    expect(await cli(["bench", "--suite", "everything"])).toMatchObject({ status: 2, stdout: "" });
  });
});
