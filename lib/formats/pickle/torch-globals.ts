import type { PickleCursor } from "./cursor.js";
import { Dtype, StorageClass, torchType } from "./torch-storage.js";
import { rebuildTensor, SavedTensor } from "./torch-tensor.js";
import { kindOf, PyDict, PyList, PyOpaque, PyTuple } from "./values.js";

/** A function or class that a pickle may call, and what this package makes of the call. */
class Callable {
  constructor(
    readonly name: string,
    readonly call: (args: readonly unknown[], cursor: PickleCursor) => unknown,
  ) {}
}

/** The names that a pickle may use, apart from storage classes and types: what saved weights need. A new one is a line here. */
const CALLABLES: readonly Callable[] = [
  new Callable("collections.OrderedDict", orderedDict),
  new Callable("torch.Size", ([sizes], cursor) => tupleOf(sizes, cursor)),
  new Callable("torch.device", () => new PyOpaque("a device")),
  new Callable("torch._utils._rebuild_tensor", (args, cursor) => rebuildTensor(args, cursor)),
  new Callable("torch._utils._rebuild_tensor_v2", (args, cursor) =>
    rebuildTensor(args, cursor, { metadata: args[6] }),
  ),
  new Callable("torch._utils._rebuild_tensor_v3", (args, cursor) =>
    rebuildTensor(args, cursor, { dtype: args[6] ?? null, metadata: args[7] }),
  ),
  // Whether it is trained, its hooks and its attributes change no value.
  new Callable("torch._utils._rebuild_parameter", savedTensor),
  new Callable("torch._utils._rebuild_parameter_with_state", savedTensor),
  new Callable("torch._tensor._rebuild_from_type_v2", fromType),
];

/** Classes that are only named, as the argument of `_rebuild_from_type_v2`. */
const PLAIN_TENSORS = ["torch.Tensor", "torch.nn.parameter.Parameter"];

/** What is behind names that weights are seen with and that are not read. */
const KNOWN: readonly [pattern: RegExp, what: string][] = [
  [/_rebuild_qtensor$|^torch\.Q\w+Storage$|^torch\.per_(tensor|channel)_/, "quantized tensors"],
  [/_rebuild_sparse|^torch\.sparse|_get_layout$/, "sparse tensors"],
  [/_rebuild_nested/, "nested tensors"],
  [/_rebuild_meta_tensor/, "tensors without values (of the meta device)"],
  [/_rebuild_wrapper_subclass|^torchao\./, "tensors of a class of their own"],
  [/^torch\.distributed\./, "tensors that are spread over several processes"],
  [/^torch\.Complex\w*Storage$|^torch\.complex/, "complex numbers"],
  [/^torch\.float8|^torch\.float4/, "8-bit or 4-bit floats"],
  [/^numpy\.|^_codecs\./, "arrays of NumPy or bytes"],
  [/^deepspeed\.|^argparse\.|^transformers\.training_args/, "the state of a training run, not weights alone"],
  [/^torch\.nn\.|^transformers\./, "a whole module in place of its weights"],
];

/** The value that stands for a name. @throws CheckpointError `CHECKPOINT_UNSUPPORTED` for all that are not listed */
export function findGlobal(name: string, cursor: PickleCursor): unknown {
  const known = torchType(name) ?? CALLABLES.find((callable) => callable.name === name);
  if (known !== undefined) return known;
  if (PLAIN_TENSORS.includes(name)) return new PyOpaque(name);
  const what = KNOWN.find(([pattern]) => pattern.test(name))?.[1];
  throw cursor.unsupported(
    `it names ${JSON.stringify(name)}${what === undefined ? "" : ` (${what})`}, which is not on the list of what plain weights ` +
      "need. Nothing of it was run. If you trust the file, load it in Python and save the model's state_dict() with " +
      "safetensors.torch.save_file.",
  );
}

/** @throws CheckpointError `CHECKPOINT_UNSUPPORTED` for what is not to be called */
export function callGlobal(callee: unknown, args: PyTuple, cursor: PickleCursor): unknown {
  if (callee instanceof Callable) return callee.call(args.items, cursor);
  const named = callee instanceof StorageClass || callee instanceof Dtype;
  throw cursor.unsupported(
    `it calls ${named ? callee.name : kindOf(callee)} at byte ${cursor.position - 1}, which weights do not.`,
  );
}

/** Python 2 gave the items as a list of pairs, Python 3 sets them afterwards. */
function orderedDict([pairs]: readonly unknown[], cursor: PickleCursor): PyDict {
  const dict = new PyDict();
  if (pairs === undefined) return dict;
  if (!(pairs instanceof PyList)) throw cursor.invalid(`an OrderedDict is made of ${kindOf(pairs)}`);
  for (const pair of pairs.items) {
    const [key, value, ...rest] = pair instanceof PyList || pair instanceof PyTuple ? pair.items : [];
    if (value === undefined || rest.length > 0 || dict.entries.has(key))
      throw cursor.invalid("an OrderedDict has items that are no pairs of a key and a value");
    dict.entries.set(key, value);
  }
  return dict;
}

function tupleOf(value: unknown, cursor: PickleCursor): PyTuple {
  if (value instanceof PyTuple) return value;
  if (value instanceof PyList) return new PyTuple(value.items);
  throw cursor.invalid(`a torch.Size is made of ${kindOf(value)}`);
}

function savedTensor([data]: readonly unknown[], cursor: PickleCursor): SavedTensor {
  if (data instanceof SavedTensor) return data;
  throw cursor.invalid(`a parameter is made of ${kindOf(data)}, not of a tensor`);
}

/** `_rebuild_from_type_v2(function, class, arguments, attributes)`: a tensor that somebody hung attributes on. */
function fromType([build, type, args]: readonly unknown[], cursor: PickleCursor): unknown {
  if (!(type instanceof PyOpaque) || !PLAIN_TENSORS.includes(type.kind))
    throw cursor.unsupported(`it makes a tensor of the class ${kindOf(type)}, which may compute its values.`);
  if (!(args instanceof PyTuple) || !(build instanceof Callable) || !build.name.startsWith("torch._utils."))
    throw cursor.invalid(`a tensor is made by ${kindOf(build)} of ${kindOf(args)}`);
  return build.call(args.items, cursor);
}
