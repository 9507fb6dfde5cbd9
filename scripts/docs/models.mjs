// Writes the tables of docs/models.md from the profiles of models/ and the shapes beside this script.
//
//   node scripts/docs/models.mjs            writes them
//   node scripts/docs/models.mjs --check    fails where the page says something else
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { format, resolveConfig } from "prettier";
import { SHAPES, shapeOf } from "./shapes.mjs";

const ROOT = path.join(import.meta.dirname, "../..");
const PAGE = path.join(ROOT, "docs/models.md");
const TABLE = /(<!-- table: ([\w-]+) -->\n)[^]*?(<!-- end -->)/g;
/** Bytes of a weight. The last are mixtures: those of llama.cpp's own table for an 8B (tools/quantize/README.md). */
const BYTES = { "16 bits": 2, q8_0: 34 / 32, q6_k: 210 / 256, q5_k_m: 5.7036 / 8, q4_k_m: 4.8944 / 8 };
const CONTEXT = 8192;
const UNIT = SHAPES.find(({ name }) => name === "Llama 3.2 1B");

for (const { name, counted, parameters } of SHAPES)
  if (counted !== parameters) throw new Error(`${name} has ${parameters} parameters, not ${counted}`);

const TABLES = { sizes: sizes(), published: published() };
const before = readFileSync(PAGE, "utf8");
const written = before.replace(TABLE, (_, start, name, end) => `${start}\n${TABLES[name]}\n${end}`);
const after = await format(written, { ...(await resolveConfig(PAGE)), filepath: PAGE });
if (process.argv.includes("--check")) {
  if (after !== before) throw new Error("docs/models.md is not what scripts/docs/models.mjs writes: run it");
} else writeFileSync(PAGE, after);

function sizes() {
  const head = ["backbone, GB", ...Object.keys(BYTES), "cache f32", "cache f16", "time a token"];
  const rows = SHAPES.map(({ name, weights, multiplied, cached }) => [
    name,
    ...Object.values(BYTES).map((bytes) => gigabytes(weights * bytes)),
    gigabytes(cached * CONTEXT * 4),
    gigabytes(cached * CONTEXT * 2),
    `${amount(multiplied / UNIT.multiplied)} ×`,
  ]);
  return table(head, rows);
}

function published() {
  const rows = profiles().flatMap(
    ({ hubIds, backbone, contextLength, publishedRewardBench, license, advisedAgainst = [] }) =>
      hubIds.map((hubId) => {
        const name = shapeOf(hubId, backbone);
        const index = SHAPES.findIndex((shape) => shape.name === name);
        if (index < 0) throw new Error(`No shape for ${hubId}`);
        const { weights } = SHAPES[index];
        const warning = advisedAgainst.includes("8bit") ? ", advised against" : "";
        const cells = [hubId, name, gigabytes(weights * 2), gigabytes(weights * BYTES.q8_0) + warning];
        return {
          index,
          cells: [...cells, contextLength ?? "", publishedRewardBench?.average ?? "", license ?? ""],
        };
      }),
  );
  rows.sort((a, b) => a.index - b.index || (a.cells[0].toLowerCase() < b.cells[0].toLowerCase() ? -1 : 1));
  return table(
    ["model", "backbone", "16 bits, GB", "q8_0, GB", "longest input", "RewardBench", "licence"],
    rows.map(({ cells }) => cells),
  );
}

function profiles() {
  const folder = path.join(ROOT, "models");
  return readdirSync(folder)
    .sort()
    .map((file) => JSON.parse(readFileSync(path.join(folder, file), "utf8")));
}

function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function gigabytes(bytes) {
  return amount(bytes / 1e9);
}

/** Two digits that count. */
function amount(value) {
  return `${Number(value.toPrecision(value < 100 ? 2 : 3))}`;
}
