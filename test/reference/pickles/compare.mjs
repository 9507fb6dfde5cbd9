// Converts the fixture checkpoints with their weights in pickles that PyTorch wrote, and compares with those of safetensors: head and
// backbone byte for byte; where a layout brings other orders of tensors, tensor by tensor. After `npm run build`:
//
//   python test/reference/pickles/write.py test/fixtures/checkpoints FOLDER
//   node test/reference/pickles/compare.mjs FOLDER
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { verifyTensors } from "../../../dist/check/index.js";
import { convertCheckpoint } from "../../../dist/convert/index.js";
import { readGgufHeader } from "../../../dist/formats/gguf/gguf-reader.js";

const [pickles] = process.argv.slice(2);
if (pickles === undefined) throw new Error("usage: compare.mjs FOLDER");
const FIXTURES = path.join(import.meta.dirname, "../../fixtures/checkpoints");
const work = await mkdtemp(path.join(os.tmpdir(), "pickles-"));

/** The bytes of each tensor of a backbone, by name. */
async function tensorsOf(file) {
  const { tensors } = await readGgufHeader(file);
  const bytes = readFileSync(file);
  return new Map(
    [...tensors].map(([name, { offset, sizeBytes }]) => [name, bytes.subarray(offset, offset + sizeBytes)]),
  );
}

function isEqual(a, b) {
  return a.size === b.size && [...a].every(([name, bytes]) => b.get(name)?.equals(bytes));
}

let failures = 0;
try {
  for (const layout of readdirSync(pickles).sort()) {
    const counts = { "same bytes": 0, "same tensors": 0, differs: 0 };
    for (const name of readdirSync(path.join(pickles, layout)).sort()) {
      const plain = await convertCheckpoint(path.join(FIXTURES, name), path.join(work, "plain"));
      const checkpoint = path.join(pickles, layout, name);
      const model = path.join(work, "pickled");
      const { reward } = await convertCheckpoint(checkpoint, model);
      const { faults } = await verifyTensors(model, checkpoint);
      const file = Object.values(reward.backbone.files)[0].file;
      const isSameHead = reward.headFile.sha256 === plain.reward.headFile.sha256 && faults.length === 0;
      const isSame = JSON.stringify(reward.backbone) === JSON.stringify(plain.reward.backbone);
      const [a, b] = await Promise.all(
        ["plain", "pickled"].map((folder) => tensorsOf(path.join(work, folder, file))),
      );
      const outcome = !isSameHead || !isEqual(a, b) ? "differs" : isSame ? "same bytes" : "same tensors";
      counts[outcome]++;
      if (outcome === "differs") console.log(`${layout}/${name}: ${faults[0]?.message ?? "other bytes"}`);
      for (const folder of ["plain", "pickled"]) rmSync(path.join(work, folder), { recursive: true });
    }
    failures += counts.differs;
    console.log(layout, JSON.stringify(counts));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;
