// Reads one mutant of a file of torch.save. See pickles.mjs.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPickle } from "../../dist/formats/pickle/pickle-file.js";
import { mutatePickle } from "./mutate-pickle.mjs";
import { randomFrom } from "./random.mjs";
import { outcomeOfError, serveCases } from "./serve-cases.mjs";

const folder = mkdtempSync(join(tmpdir(), "fuzz-pickle-"));
process.on("disconnect", () => rmSync(folder, { recursive: true, force: true }));
process.chdir(folder);
// What the files that name functions would leave: see test/formats/pickle/write-files.py.
const FLAG = "pickle-was-run";
/** No file here has as much; memory that a mutant makes the reader take shows as this. */
const MOST_BYTES = 256 * 2 ** 20;

serveCases(async ({ file, seed }) => {
  const random = randomFrom(seed);
  const path = join(folder, "mutant.bin");
  const done = [];
  writeFileSync(path, mutatePickle(readFileSync(file), random, done));
  const outcome = await read(path).catch(outcomeOfError);
  const memory = process.memoryUsage().rss;
  if (existsSync(FLAG)) return { kind: "code ran", detail: done.join("; ") };
  if (memory > MOST_BYTES + 2 ** 28) return { kind: "memory", detail: `${memory} bytes; ${done.join("; ")}` };
  return { ...outcome, detail: `${outcome.detail ?? ""} | ${done.join("; ")}` };
});

/** Every value of a mutant that opens can be read, whole and by parts, and the two agree. */
async function read(path) {
  const file = await openPickle(path);
  try {
    for (const tensor of file.tensors.values()) {
      if (tensor.sizeBytes > file.sizeBytes) return { kind: "too large", detail: tensor.name };
      const bytes = await file.readBytes(tensor.name);
      const count = tensor.shape.reduce((product, size) => product * size, 1);
      if (count < 2) continue;
      const valueBytes = bytes.length / count;
      const start = Math.floor(count / 2) * valueBytes;
      const part = await file.readValues(tensor, start, new Uint8Array(bytes.length - start));
      if (Buffer.compare(part, bytes.subarray(start)) !== 0)
        return { kind: "parts differ", detail: tensor.name };
    }
    return { kind: "read" };
  } finally {
    await file.close();
  }
}
