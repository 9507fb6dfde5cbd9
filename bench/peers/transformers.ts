import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import path from "node:path";
import { exists } from "../../lib/util/files/optional-file.js";
import type { Peer, PeerOptions } from "../peer.js";
import { REPOSITORY } from "../repository.js";

const SCRIPT = path.join(REPOSITORY, "bench/hf_transformers.py");

/** Our devices by PyTorch's names. */
const TORCH_DEVICES: Readonly<Partial<Record<PeerOptions["device"], string>>> = {
  cpu: "cpu",
  cuda: "cuda",
  metal: "mps",
};

/** A line of the script: it is ready, why it cannot be, or how long a request took. */
interface ScriptLine {
  unavailable?: string;
  seconds?: number;
}

/**
 * Hugging Face transformers, as its users run reward models: bfloat16, candidates in one batch, padded to the longest. The
 * script times itself, so that handing it the tokens does not count.
 */
export async function start({ shape, device, threads }: PeerOptions): Promise<Peer> {
  const torchDevice = TORCH_DEVICES[device];
  if (torchDevice === undefined) throw new Error(`PyTorch has no device like ${device}`);
  if (!(await exists(SCRIPT))) throw new Error("its script comes with a clone of llama-reward only");
  const args = [SCRIPT, "--shape", JSON.stringify(shape), "--device", torchDevice, "--threads", `${threads}`];
  const child = spawn("python3", args, { stdio: ["pipe", "pipe", "inherit"] });
  await once(child, "spawn");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const readLine = async (): Promise<ScriptLine> => {
    const next = await lines.next();
    if (next.done === true) throw new Error("the script ended");
    const line = JSON.parse(next.value) as ScriptLine;
    if (line.unavailable !== undefined) throw new Error(line.unavailable);
    return line;
  };
  await readLine();
  return {
    run: async (candidates) => {
      child.stdin.write(`${JSON.stringify(candidates.map((tokens) => [...tokens]))}\n`);
      return (await readLine()).seconds;
    },
    dispose: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
