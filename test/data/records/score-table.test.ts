import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeScoreTable } from "../../../lib/data/index.js";
import { temporaryFolder } from "../../support/fixtures.js";

async function tableOf(records: readonly unknown[], name = "scores.csv"): Promise<string> {
  const folder = await temporaryFolder();
  const [log, out] = [join(folder, "log.jsonl"), join(folder, name)];
  await writeFile(log, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  await writeScoreTable(log, out);
  return readFile(out, "utf8");
}

describe("writeScoreTable", () => {
  it("tells false from what is not there", async () => {
    const table = await tableOf([
      { id: 0, input: { is_safe: false } },
      { id: 1, input: { is_safe: true } },
      { id: 2, input: {} },
    ]);
    expect(table).toBe("id,input.is_safe\n0,false\n1,true\n2,\n");
  });

  it("writes no text that a spreadsheet runs as a formula, and leaves numbers numbers", async () => {
    const texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "a=b"];
    const table = await tableOf(texts.map((id) => ({ id, reward: -0.5 })));
    expect(table).toBe(
      ["id,reward", "'=1+1,-0.5", "'+1,-0.5", "'-1,-0.5", "'@SUM(A1),-0.5", "'\tx,-0.5", "a=b,-0.5", ""].join(
        "\n",
      ),
    );
  });

  it("puts tabs between the cells of a .tsv", async () => {
    expect(await tableOf([{ id: "a,b", reward: 1 }], "scores.TSV")).toBe("id\treward\na,b\t1\n");
  });
});
