// Compares what the built reader makes of the files of write.py with what pyarrow does. Usage: node compare.mjs FOLDER
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openDataset } from "../../../dist/data/dataset/index.js";

/** Times are compared as seconds: pyarrow's values are of Python's types. */
function isSame(found, wanted) {
  if (wanted !== null && typeof wanted === "object" && "float" in wanted) {
    return (
      found === { nan: NaN, inf: Infinity, "-inf": -Infinity }[wanted.float] ||
      (wanted.float === "nan" && Number.isNaN(found))
    );
  }
  if (wanted !== null && typeof wanted === "object" && "time" in wanted)
    return Math.abs(Date.parse(found) / 1000 - wanted.time) < 0.001;
  if (Array.isArray(wanted))
    return (
      Array.isArray(found) &&
      found.length === wanted.length &&
      wanted.every((value, index) => isSame(found[index], value))
    );
  if (wanted !== null && typeof wanted === "object") {
    return (
      found !== null &&
      typeof found === "object" &&
      Object.keys(wanted).every((key) => isSame(found[key], wanted[key]))
    );
  }
  return (found ?? null) === wanted;
}

const folder = process.argv[2];
let problems = 0;
let values = 0;
const say = (text) => (problems++, console.log(text));
for (const name of readdirSync(folder).filter((each) => each.endsWith(".parquet"))) {
  const wanted = JSON.parse(readFileSync(join(folder, name.replace(/parquet$/, "json")), "utf8"));
  const rows = [];
  for await (const row of (await openDataset(join(folder, name))).rows()) {
    if (row.error) say(`${name}: ${row.error.message}`);
    else rows.push(row.value);
  }
  for (const [column, list] of Object.entries(wanted)) {
    if (list.length !== rows.length) say(`${name}: ${rows.length} rows, pyarrow ${list.length}`);
    const wrong = list.findIndex((value, index) => !isSame(rows[index]?.[column], value));
    values += list.length;
    if (wrong >= 0)
      say(
        `${name} ${column}[${wrong}]: ${JSON.stringify(rows[wrong]?.[column])?.slice(0, 300)}, pyarrow ${JSON.stringify(list[wrong]).slice(0, 300)}`,
      );
  }
}
console.log(`${values} values compared, ${problems} problems`);
process.exitCode = problems > 0 || values === 0 ? 1 : 0;
