import { prepareBenchModel } from "../bench-model.js";
import type { BenchContext } from "../run-bench.js";
import { SHAPE_1B_4_LAYERS } from "../shape.js";
import { runStream, type StreamRequest } from "../stream-run.js";
import { TINY_MODEL } from "../tiny-model.js";

/** Records of streams on the tiny model; the largest takes minutes. */
const QUICK_RECORDS = [1_000, 10_000];
const FULL_RECORDS = [1_000, 10_000, 100_000];
const TINY_LENGTHS = { prompt: 12, answer: 12 };

/** About 60,000 tokens. */
const LARGE = { records: 400, lengths: { prompt: 128, answer: 64 } };

/** What long streams cost: memory as they grow, and the share of the wall time that is not the backbone's. */
export async function measureStreams(context: BenchContext): Promise<void> {
  await streamTiny(context, context.isQuick ? QUICK_RECORDS : FULL_RECORDS);
  if (!nameOf(LARGE).includes(context.only ?? "")) return;
  const shape = SHAPE_1B_4_LAYERS;
  const { directory: modelDir } = await prepareBenchModel(shape, context.type, context);
  await emitStream(context, shape.name, { modelDir, threads: context.threads, ...LARGE });
}

/** Streams of these lengths on the tiny model: planner, template, tokenizer, records and memory. */
export async function streamTiny(context: BenchContext, counts: readonly number[]): Promise<void> {
  for (const records of counts) {
    const request = { modelDir: TINY_MODEL, threads: 1, records, lengths: TINY_LENGTHS };
    if (nameOf(request).includes(context.only ?? "")) await emitStream(context, "tiny", request);
  }
}

async function emitStream(
  { device, emit }: BenchContext,
  shape: string,
  request: Omit<StreamRequest, "device">,
): Promise<void> {
  const { seconds, details } = await runStream({ ...request, device });
  emit({ workload: nameOf(request), metric: "records/s", ours: request.records / seconds, shape, details });
}

function nameOf({ records }: Pick<StreamRequest, "records">): string {
  return `stream-${records}`;
}
