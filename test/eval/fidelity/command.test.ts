import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quantizeModelFolder } from "../../../lib/convert/index.js";
import { fidelityTables, type FidelityReport } from "../../../lib/eval/index.js";
import { cli, toLines } from "../../cli/cli.js";
import { convertFixture, temporaryFolder, type ModelFolder } from "../../support/fixtures.js";
import { syntheticRewardBench } from "../synthetic-rewardbench.js";

let model: ModelFolder;
beforeAll(async () => {
  model = await convertFixture("urm-llama3.1-tiny", { type: "f32" });
});
afterAll(() => model.remove());

const quietly = ["--threads", "1", "--kv-type", "f32", "--quiet"];

describe("fidelity", () => {
  it("gives a table whose reference row is exactly zero, or rounding alone when it is scored again", async () => {
    const folder = await temporaryFolder();
    const data = join(folder, "data.jsonl");
    await writeFile(data, toLines(syntheticRewardBench(0.02)));
    await quantizeModelFolder(model.directory, ["q8_0", "q4_k_m"]);
    const args = ["fidelity", model.directory, "--data", data, ...quietly];
    const types = ["--type", "q8_0", "--type", "q4_k_m"];
    const out = join(folder, "fidelity.json");
    const page = join(folder, "report.html");
    const { status, stdout } = await cli([...args, ...types, "--out", out, "--report", page]);
    expect(status).toBe(0);
    const report = JSON.parse(await readFile(out, "utf8")) as FidelityReport;
    expect(report.rows.map(({ type }) => type)).toEqual(["f32", "q8_0", "q4_k_m"]);
    const [exact, eight, four] = report.rows;
    expect(exact).toMatchObject({
      difference: { mean: 0, p99: 0, max: 0 },
      flips: 0,
      accuracy: { change: 0, interval: [0, 0], pValue: 1 },
    });
    expect(eight?.difference.mean).toBeGreaterThan(0);
    expect(four?.difference.mean).toBeGreaterThan(eight?.difference.mean ?? Infinity);
    expect(four?.sizeBytes).toBeLessThan(eight?.sizeBytes ?? 0);
    expect(stdout).toMatch(/^f32 +0 +0 +0 +\S+ +\S+ +1\.0000 +1\.0000 +CPU, /m);
    expect(stdout).toMatch(/^f32 +0 of \d+ +0 /m);
    expect(eight?.differenceInStds?.max).toBeCloseTo(
      (eight?.difference.max ?? NaN) / (report.rewardsStd ?? NaN),
      12,
    );
    expect(eight?.itselfInStds?.conversations).toBe(24);
    // The page and the terminal show the same figures, which are those of the file.
    const shown = (await readFile(page, "utf8")).replace(/<[^>]*>/g, " ").replace(/&#39;/g, "'");
    const text = (of: string): string => of.replace(/\s+/g, " ");
    for (const { title, head, rows } of fidelityTables(report)) {
      for (const line of [[title], head, ...rows]) {
        expect(text(stdout)).toContain(text(line.join(" ")));
        expect(text(shown)).toContain(text(line.join(" ")));
      }
    }
    const errors = fidelityTables(report)[0]?.rows[1] ?? [];
    expect(Number(errors[3])).toBeCloseTo(eight?.differenceInStds?.max ?? NaN, 3);
    expect(text(shown)).toContain(text(report.verdict));
    expect(stdout).toContain(report.verdict);
    expect(report.leftOut).toEqual({ records: 0, reasons: {}, examples: [] });

    await writeFile(data, `${toLines(syntheticRewardBench(0.02))}${toLines([{ id: "odd" }])}`);
    const partly = await cli([...args, "--type", "f32", "--out", out]);
    expect(partly.status).toBe(3);
    const [again] = (JSON.parse(await readFile(out, "utf8")) as FidelityReport).rows;
    expect(again?.difference.max).toBe(0);
    expect(again).toMatchObject({ type: "f32", flips: 0 });
    expect(partly.stdout).toMatch(
      /^Left out, because they cannot be read or scored: 1 \(DATASET_INVALID 1\). First, record odd: /m,
    );
  });

  it("says how to get a type that is missing", async () => {
    const { status, stderr } = await cli(["fidelity", model.directory, "--data", "x", "--type", "q6_k"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/no backbone of type q6_k.*llama-reward quantize/);
  });
});
