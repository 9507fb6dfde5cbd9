import type { BackboneType } from "../model/architecture/backbone-type.js";
import type { Progress } from "../score/score.js";
import type { Checkpoint } from "../model/checkpoint/checkpoint.js";
import { dequantize } from "../formats/gguf/dequantize.js";
import { GgufData, readGgufHeader, type GgufHeader } from "../formats/gguf/gguf-reader.js";
import type { GgufMetadata } from "../formats/gguf/gguf-value.js";
import type { BackbonePlan } from "../model/architecture/backbone-plan.js";
import { backboneMetadata } from "../model/architecture/backbone-metadata.js";
import type { ComputedTensor } from "../model/architecture/transform.js";
import { compareMetadata } from "./compare-metadata.js";
import { compareTensor } from "./compare-tensor.js";
import type { TensorFault } from "./tensor-fault.js";

/** A backbone to check against its checkpoint. */
export interface BackboneComparison {
  checkpoint: Checkpoint;
  plan: BackbonePlan;
  tokenizer: GgufMetadata;
  type: BackboneType;
  /** Full path. */
  file: string;
  /** For messages. */
  fileName: string;
  /** Whether records decided how it is rounded. */
  isFitted?: boolean | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Reads a GGUF back with another reader than the writer's code, and compares every metadata entry and every value of every
 * tensor with what the checkpoint says.
 * @throws ModelLoadError `MODEL_INVALID` when it is no sound GGUF file; `signal.reason`
 */
export async function compareBackbone(check: BackboneComparison): Promise<TensorFault[]> {
  const { plan, tokenizer, type, file, fileName } = check;
  const header = await readGgufHeader(file);
  const data = await GgufData.open(file);
  try {
    return [
      ...compareMetadata(header, backboneMetadata(plan, tokenizer, type), fileName),
      ...compareNames(header, plan, fileName),
      ...(await compareComputed(header, data, plan.computed, fileName)),
      ...(await compareCopied(check, header, data)),
    ];
  } finally {
    await data.close();
  }
}

function compareNames(header: GgufHeader, plan: BackbonePlan, file: string): TensorFault[] {
  const expected = new Set([...plan.computed, ...plan.copied, ...plan.repeated].map(({ name }) => name));
  const missing = [...expected].filter((name) => !header.tensors.has(name));
  const extra = [...header.tensors.keys()].filter((name) => !expected.has(name));
  return [
    ...missing.map((name): TensorFault => ({
      file,
      name,
      kind: "missing",
      message: `Tensor ${name} is missing.`,
    })),
    ...extra.map((name): TensorFault => ({
      file,
      name,
      kind: "extra",
      message: `Tensor ${name} does not belong there.`,
    })),
  ];
}

async function compareComputed(
  header: GgufHeader,
  data: GgufData,
  computed: readonly ComputedTensor[],
  file: string,
): Promise<TensorFault[]> {
  const faults: TensorFault[] = [];
  for (const { name, values } of computed) {
    const info = header.tensors.get(name);
    if (info === undefined) continue;
    const isFloat32 = info.type === "F32" && info.sizeBytes === values.byteLength;
    const actual = isFloat32
      ? dequantize(await data.read(info.offset, new Uint8Array(values.byteLength)), "F32")
      : new Float32Array();
    const wrong = values.findIndex((value, index) => value !== actual[index]);
    if (wrong < 0) continue;
    const message = `Tensor ${name} does not agree with config.json: value ${wrong} is ${String(actual[wrong])}, expected ${String(values[wrong])}.`;
    faults.push({ file, name, kind: isFloat32 ? "differs" : "shape", message });
  }
  return faults;
}

async function compareCopied(
  check: BackboneComparison,
  header: GgufHeader,
  data: GgufData,
): Promise<TensorFault[]> {
  const { checkpoint, plan, fileName, isFitted, signal, onProgress } = check;
  const faults: TensorFault[] = [];
  const tensors = [...plan.copied, ...plan.repeated];
  for (const [index, tensor] of tensors.entries()) {
    signal?.throwIfAborted();
    onProgress?.({ phase: "check", unit: "tensors", done: index, total: tensors.length });
    const info = header.tensors.get(tensor.name);
    if (info === undefined) continue;
    const source = checkpoint.fileOf(tensor.source);
    const fault = await compareTensor({ tensor, source, info, data, file: fileName, isFitted });
    if (fault !== undefined) faults.push(fault);
  }
  onProgress?.({ phase: "check", unit: "tensors", done: tensors.length, total: tensors.length });
  return faults;
}
