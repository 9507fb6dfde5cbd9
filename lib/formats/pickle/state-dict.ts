import type { PickleCursor } from "./cursor.js";
import { SavedTensor } from "./torch-tensor.js";
import { kindOf, PyDict } from "./values.js";

/** Keys under which trainers put the weights beside their own state: PyTorch Lightning, DeepSpeed, fairseq and many scripts. */
const NESTED_KEYS = ["state_dict", "model_state_dict", "model", "module"];

/**
 * The tensors of a saved object by name: it is a dictionary of tensors, or one that has such a dictionary under one of the usual
 * keys.
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED` for anything else, naming what is there
 */
export function stateDict(saved: unknown, cursor: PickleCursor): ReadonlyMap<string, SavedTensor> {
  if (!(saved instanceof PyDict)) {
    throw cursor.unsupported(`it holds ${kindOf(saved)}, expected a dictionary of tensors (a state_dict()).`);
  }
  if (isState(saved)) return tensorsOf(saved, cursor);
  const nested = NESTED_KEYS.map((key) => ({ key, value: saved.entries.get(key) })).filter(
    (entry): entry is { key: string; value: PyDict } => entry.value instanceof PyDict && isState(entry.value),
  );
  const [only, ...others] = nested;
  if (only !== undefined && others.length === 0 && ![...saved.entries.values()].some(isTensor)) {
    return tensorsOf(only.value, cursor);
  }
  throw cursor.unsupported(
    nested.length > 1
      ? `it has weights under ${nested.map(({ key }) => key).join(" and ")}: which are the model's cannot be told. ` +
          "Save one of them alone."
      : `it is no dictionary of tensors: ${strangers(saved)}. Save the model's state_dict() alone.`,
  );
}

function isState({ entries }: PyDict): boolean {
  return entries.size > 0 && [...entries].every(([key, value]) => typeof key === "string" && isTensor(value));
}

function isTensor(value: unknown): value is SavedTensor {
  return value instanceof SavedTensor;
}

function tensorsOf({ entries }: PyDict, cursor: PickleCursor): ReadonlyMap<string, SavedTensor> {
  const tensors = new Map<string, SavedTensor>();
  for (const [key, value] of entries) {
    if (typeof key !== "string" || !isTensor(value)) throw cursor.invalid("a tensor has no name");
    tensors.set(key, value);
  }
  return tensors;
}

const LISTED = 5;

function strangers({ entries }: PyDict): string {
  const found = [...entries].filter(([key, value]) => typeof key !== "string" || !isTensor(value));
  if (found.length === 0) return "it is empty";
  const shown = found
    .slice(0, LISTED)
    .map(([key, value]) => `${typeof key === "string" ? key : kindOf(key)} is ${kindOf(value)}`);
  return shown.join(", ") + (found.length > LISTED ? ` and ${found.length - LISTED} more` : "");
}
