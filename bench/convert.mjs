// Times the conversion of a checkpoint of random bfloat16 weights beside `cp` of the same bytes on the same disk, in
// turns, and reports the converter's peak memory. Needs about three times the checkpoint's size of free disk.
// Usage: node bench/convert.mjs [8B|7B|1B] [rounds] [folder] [--pickle PYTHON]      (after npm run build)
// With --pickle the weights lie in one pytorch_model.bin, written by the torch.save of that Python, which also has safetensors.
import { spawn } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeRandomCheckpoint } from "../build/bench/random-checkpoint.js";
import { SHAPE_1B } from "../build/bench/shape.js";

/** Llama 3.1 8B. Source: its config.json. */
const SHAPE_8B = {
  ...SHAPE_1B,
  name: "8B",
  layerCount: 32,
  hiddenSize: 4096,
  feedForwardSize: 14336,
};

/** Llama 2 7B with 8 heads of keys and values. Source: its config.json. */
const SHAPE_7B = { ...SHAPE_8B, name: "7B", feedForwardSize: 11008, vocabSize: 32000 };

const SHAPES = new Map([SHAPE_8B, SHAPE_7B, SHAPE_1B].map((shape) => [shape.name, shape]));

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { pickle: { type: "string" } },
});
const [shapeName = "8B", rounds = "3", folder = join(tmpdir(), "llama-reward-convert")] = positionals;
const shape = SHAPES.get(shapeName);
if (shape === undefined) throw new Error(`no shape ${shapeName}: one of ${[...SHAPES.keys()].join(", ")}`);
const cli = join(import.meta.dirname, "..", "dist", "cli", "main.js");
const checkpoint = join(folder, "checkpoint");
const copy = join(folder, "copy");
const model = join(folder, "model");

/** Runs a command; its wall time and the largest resident size seen. */
async function run(command, args) {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  let peakBytes = 0;
  const poll = setInterval(() => {
    readFile(`/proc/${child.pid}/status`, "utf8")
      .then((status) => {
        const match = /VmHWM:\s+(\d+) kB/.exec(status);
        peakBytes = Math.max(peakBytes, Number(match?.[1] ?? 0) * 1024);
      })
      .catch(() => undefined);
  }, 100);
  const status = await new Promise((done) => child.once("exit", done));
  clearInterval(poll);
  if (status !== 0) throw new Error(`${command} ended with status ${status}`);
  return { seconds: (performance.now() - started) / 1000, peakBytes };
}

/** Both sides start with nothing of the checkpoint in memory and end with everything on the disk. */
async function dropCaches() {
  await run("sync", []);
  await writeFile("/proc/sys/vm/drop_caches", "3").catch(() => undefined);
}

/** Reads every shard and writes one file; what is read lies in memory maps. */
const SAVE_AS_PICKLE = `
import glob, os, sys, torch
from safetensors.torch import load_file
folder = sys.argv[1]
tensors = {}
for file in sorted(glob.glob(os.path.join(folder, "*.safetensors"))):
    tensors.update(load_file(file))
    os.remove(file)
os.remove(os.path.join(folder, "model.safetensors.index.json"))
torch.save(tensors, os.path.join(folder, "pytorch_model.bin"))
`;

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
try {
  await writeRandomCheckpoint(checkpoint, shape);
  if (values.pickle !== undefined) await run(values.pickle, ["-c", SAVE_AS_PICKLE, checkpoint]);
  const ratios = [];
  for (let round = 0; round < Number(rounds); round++) {
    await dropCaches();
    const copied = await run("sh", ["-c", `cp -r "${checkpoint}" "${copy}" && sync -f "${copy}"`]);
    await rm(copy, { recursive: true });
    await dropCaches();
    const converted = await run(process.execPath, [
      cli,
      "convert",
      checkpoint,
      model,
      "--type",
      "bf16",
      "--quiet",
    ]);
    await rm(model, { recursive: true });
    ratios.push(converted.seconds / copied.seconds);
    console.log(
      `${shape.name} bf16: cp ${copied.seconds.toFixed(1)} s, convert ${converted.seconds.toFixed(1)} s, ` +
        `${ratios.at(-1).toFixed(2)} ×, peak ${(converted.peakBytes / 1e6).toFixed(0)} MB`,
    );
  }
  ratios.sort((a, b) => a - b);
  console.log(`median ${ratios[ratios.length >> 1].toFixed(2)} ×`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
