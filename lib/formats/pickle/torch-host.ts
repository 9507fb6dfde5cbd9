import type { PickleCursor } from "./cursor.js";
import { callGlobal, findGlobal } from "./torch-globals.js";
import { Storage, StorageClass, StorageView } from "./torch-storage.js";
import { isSize } from "./torch-tensor.js";
import type { PickleHost } from "./unpickle.js";
import { kindOf, PyTuple } from "./values.js";

/**
 * What names and persistent ids mean in files of `torch.save`. A persistent id names a storage: its class, key, device and number
 * of values, and in the older of the two formats, a part of it.
 * Source: PyTorch 2.13 torch/serialization.py, `persistent_load` of `_load` and of `_legacy_load`.
 */
export class TorchHost implements PickleHost {
  /** Storages met, by key. */
  readonly storages = new Map<string, Storage>();
  readonly global = findGlobal;
  readonly call = callGlobal;

  persistent(id: unknown, cursor: PickleCursor): StorageView {
    const [kind, type, key, , length, part] = id instanceof PyTuple ? id.items : [];
    if (kind === "module") {
      throw cursor.unsupported(
        "it holds a whole module with its source code, not a state dictionary. Save the module's state_dict().",
      );
    }
    if (kind !== "storage" || !(type instanceof StorageClass) || typeof key !== "string" || !isSize(length)) {
      throw cursor.invalid(`the persistent id before byte ${cursor.position} names no storage`);
    }
    const storage = this.#storage(new Storage(key, type.dtype, length), cursor);
    if (part === undefined || part === null) return new StorageView(storage, 0, length);
    const [, start, size] = part instanceof PyTuple ? part.items : [];
    if (!isSize(start) || !isSize(size) || start + size > length)
      throw cursor.invalid(`the part of storage ${key} is ${kindOf(part)} that lies outside of it`);
    return new StorageView(storage, start, size);
  }

  #storage(named: Storage, cursor: PickleCursor): Storage {
    const known = this.storages.get(named.key) ?? named;
    this.storages.set(named.key, known);
    if (known.dtype === named.dtype && known.length === named.length) return known;
    throw cursor.invalid(
      `storage ${named.key} is named with ${named.length} values of ${named.dtype} and with ${known.length} of ${known.dtype}`,
    );
  }
}
