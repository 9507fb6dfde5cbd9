import { prepareBenchModel, type BenchModel } from "../bench-model.js";
import { comparePeers } from "../compare-peers.js";
import type { MemoryLine } from "../lines.js";
import type { PeerOptions } from "../peer.js";
import type { BenchContext } from "../run-bench.js";
import type { BackboneShape } from "../shape.js";
import { chooseSuites } from "../suite.js";
import { streamTiny } from "./stream.js";

/** KV cells of every process: room for the longest workload. */
const CONTEXT_LENGTH = 8192;

/** Records of the growing streams that the full benchmark ends with. */
const GROWING_RECORDS = [100, 1_000, 10_000, 100_000];

/** Us beside peers, and our memory, on each workload; in full, also how a stream grows. */
export async function measurePeers(context: BenchContext): Promise<void> {
  for (const { shape, comparisons } of chooseSuites(context)) {
    const model = await prepareBenchModel(shape, context.type, context);
    const options = {
      peer: peerOptions(model, context),
      shape,
      runs: context.runs,
      signal: context.signal,
      onUnavailable: (name: string, reason: string) => {
        context.note(`${name} is not compared: ${reason}`);
      },
    };
    for await (const { workload, results, peakBytes } of comparePeers(comparisons, options)) {
      results.forEach(context.emit);
      context.emit(memoryLine(shape, workload, peakBytes, model.backboneBytes));
    }
  }
  if (!context.isQuick && context.device === "cpu") await streamTiny(context, GROWING_RECORDS);
}

/** The same file, threads and cache for everyone. */
export function peerOptions(model: BenchModel, { threads, device }: BenchContext): PeerOptions {
  const { backbonePath: modelPath, shape } = model;
  return { modelPath, shape, threads, contextLength: CONTEXT_LENGTH, kvType: "f16", device };
}

/** What the peak is made of. */
export function memoryLine(
  shape: BackboneShape,
  during: string,
  peak: number,
  backboneFile: number,
): MemoryLine {
  const { layerCount, kvHeadCount, hiddenSize, headCount } = shape;
  // Keys and values of every layer, two bytes each.
  const kvCache = 2 * 2 * layerCount * kvHeadCount * (hiddenSize / headCount) * CONTEXT_LENGTH;
  const other = peak - backboneFile - kvCache;
  return {
    workload: "memory",
    metric: "bytes",
    shape: shape.name,
    during,
    peak,
    backboneFile,
    kvCache,
    other,
  };
}
