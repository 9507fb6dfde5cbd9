// Reads one mutant of a Parquet file. See parquet.mjs.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDataset } from "../../dist/data/dataset/index.js";
import { UnreadableColumn } from "../../dist/formats/parquet/unreadable.js";
import { randomFrom } from "./random.mjs";
import { serveCases } from "./serve-cases.mjs";

const folder = mkdtempSync(join(tmpdir(), "fuzz-parquet-"));
process.on("disconnect", () => rmSync(folder, { recursive: true, force: true }));
const originals = new Map();

serveCases(async ({ file, seed }) => {
  if (!originals.has(file)) originals.set(file, await read(file));
  const original = originals.get(file);
  const bytes = mutate(readFileSync(file), randomFrom(seed));
  const path = join(folder, "mutant.parquet");
  writeFileSync(path, bytes);
  const start = performance.now();
  const { rows, errors } = await read(path);
  const ms = Math.round(performance.now() - start);
  return { ms, ...judge(file, original.rows, rows, errors) };
});

function judge(file, original, rows, errors) {
  const untyped = errors.find(({ code }) => code !== "DATASET_INVALID");
  if (untyped) return { kind: "untyped", detail: untyped.stack };
  if (rows.length === 0 && errors.length > 0) return { kind: "refused" };
  if (errors.length === 0 && rows.length !== original.length)
    return { kind: "other rows", detail: `${rows.length}` };
  const isWhole = rows.length === original.length;
  let isUnread = errors.length > 0;
  let other;
  for (const [index, row] of rows.entries()) {
    for (const [column, value] of Object.entries(row)) {
      if (value instanceof UnreadableColumn) isUnread = true;
      else if (isWhole && JSON.stringify(value) !== JSON.stringify(original[index][column]))
        other = `${column}[${index}]`;
    }
  }
  if (other === undefined) return { kind: isUnread ? "in place" : "same" };
  return { kind: "other values", detail: other };
}

async function read(path) {
  const rows = [];
  const errors = [];
  for await (const { value, error } of (await openDataset(path)).rows()) {
    if (error) errors.push(error);
    else rows.push(value);
  }
  return { rows, errors };
}

function mutate(bytes, random) {
  let mutant = Buffer.from(bytes);
  for (let count = 1 + random.integer(3); count > 0; count--) {
    // The table of contents is short and decides most.
    const table =
      mutant.length > 12 ? Math.max(4, mutant.length - 8 - mutant.readUInt32LE(mutant.length - 8)) : 4;
    const at = random.chance(0.5)
      ? random.integer(mutant.length)
      : Math.min(
          table + random.integer(mutant.length - Math.min(table, mutant.length - 1)),
          mutant.length - 1,
        );
    const kind = random.integer(7);
    const extremes = [0, 1, 0x7f, 0x80, 0xff];
    if (kind <= 1) mutant[at] ^= 1 << random.integer(8);
    else if (kind === 2) mutant[at] = random.pick(extremes);
    else if (kind === 3)
      mutant.set(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]).subarray(0, mutant.length - at), at);
    else if (kind === 4)
      mutant = Buffer.concat([
        mutant.subarray(0, at),
        random.bytes(1 + random.integer(8)),
        mutant.subarray(at),
      ]);
    else if (kind === 5)
      mutant = Buffer.concat([mutant.subarray(0, at), mutant.subarray(at + 1 + random.integer(16))]);
    else if (random.chance(0.3)) mutant = mutant.subarray(0, at + 1);
    else mutant.set(random.bytes(Math.min(8, mutant.length - at)), at);
    if (mutant.length === 0) return mutant;
  }
  return mutant;
}
