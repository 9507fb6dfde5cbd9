// Writes the tables of docs/accuracy.md from the results beside this script, which `npm run bench -- --suite accuracy --json` prints.
//
//   node scripts/docs/accuracy.mjs            writes them
//   node scripts/docs/accuracy.mjs --check    fails where the page says something else
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { format, resolveConfig } from "prettier";

const PAGE = path.join(import.meta.dirname, "../../docs/accuracy.md");
const RESULTS = path.join(import.meta.dirname, "accuracy");
/** `<!-- table: name -->` … `<!-- end -->` */
const TABLE = /(<!-- table: ([\w-]+) -->\n)[^]*?(<!-- end -->)/g;
const HEADER = ["", "largest", "99th percentile", "mean", "pairs that flip", "alone or beside others"];

const before = readFileSync(PAGE, "utf8");
const written = before.replace(TABLE, (_, start, name, end) => `${start}\n${tableOf(name)}\n${end}`);
const after = await format(written, { ...(await resolveConfig(PAGE)), filepath: PAGE });
if (process.argv.includes("--check")) {
  if (after !== before)
    throw new Error("docs/accuracy.md is not what scripts/docs/accuracy.mjs writes: run it");
} else writeFileSync(PAGE, after);

function tableOf(name) {
  const lines = readFileSync(path.join(RESULTS, `${name}.jsonl`), "utf8")
    .trimEnd()
    .split("\n");
  const [machine, ...figures] = lines.map((line) => JSON.parse(line));
  const rows = figures.map(({ workload, details }) => [
    workload,
    amount(details.largestError),
    amount(details.p99Error),
    amount(details.meanError),
    flips(details),
    details.aloneError === undefined ? "" : amount(details.aloneError),
  ]);
  const table = [HEADER, HEADER.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  const pairs = figures[0].details.pairs;
  return `${machine.cpu}, ${pairs} pairs:\n\n${table.join("\n")}\n`;
}

function flips({ flips: count, flipMargin }) {
  if (count === 0) return "0";
  return flipMargin === undefined ? `${count}` : `${count} (up to ${amount(flipMargin)} apart)`;
}

/** Two digits that count. */
function amount(value) {
  return value === 0 ? "0" : `${Number(value.toPrecision(2))}`;
}
