// GGUF files read into a tree that can be changed and written again, without any check of what it then says.
// Source of the format: docs/gguf.md of ggml-org/ggml, version 3.

/**
 * @typedef {{ itemType: number, items: (Buffer | TreeArray)[] }} TreeArray
 * @typedef {{ key: string, type: number, value: Buffer | TreeArray }} TreeEntry
 * @typedef {{ name: string, dims: bigint[], type: number, offset: bigint }} TreeTensor dims as in the file: contiguous first
 * @typedef {{ version: number, entries: TreeEntry[], tensors: TreeTensor[], alignment: number, data: Buffer }} GgufTree
 */

const BYTES = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
export const U32 = 4;
export const I32 = 5;
export const F32 = 6;
export const BOOL = 7;
export const STRING = 8;
export const ARRAY = 9;
export const U64 = 10;

/** @param {Buffer} bytes @returns {GgufTree} */
export function parseGguf(bytes, alignment = 32) {
  let at = 4;
  const u32 = () => bytes.readUInt32LE((at += 4) - 4);
  const u64 = () => bytes.readBigUInt64LE((at += 8) - 8);
  const raw = (length) => Buffer.from(bytes.subarray(at, (at += length)));
  const text = () => raw(Number(u64()));
  const value = (type) => {
    if (type === STRING) return text();
    if (type !== ARRAY) return raw(BYTES[type]);
    const itemType = u32();
    return { itemType, items: Array.from({ length: Number(u64()) }, () => value(itemType)) };
  };
  const version = u32();
  const [tensorCount, entryCount] = [u64(), u64()];
  const entries = Array.from({ length: Number(entryCount) }, () => {
    const key = text().toString();
    const type = u32();
    return { key, type, value: value(type) };
  });
  const tensors = Array.from({ length: Number(tensorCount) }, () => {
    const name = text().toString();
    const dims = Array.from({ length: u32() }, u64);
    return { name, dims, type: u32(), offset: u64() };
  });
  const data = Buffer.from(bytes.subarray(Math.ceil(at / alignment) * alignment));
  return { version, entries, tensors, alignment, data };
}

/** @param {GgufTree} tree @returns {Buffer} */
export function serializeGguf({ version, entries, tensors, alignment, data }) {
  const parts = [];
  let length = 0;
  const push = (bytes) => {
    parts.push(bytes);
    length += bytes.length;
  };
  const u32 = (number) => push(Buffer.from(Uint32Array.of(number).buffer));
  const u64 = (number) => push(Buffer.from(BigUint64Array.of(BigInt(number)).buffer));
  const text = (bytes) => {
    u64(bytes.length);
    push(Buffer.from(bytes));
  };
  const value = (type, content) => {
    // By what is there, not by the type, which may have been changed.
    if (Buffer.isBuffer(content)) return type === STRING ? text(content) : push(content);
    u32(content.itemType);
    u64(content.items.length);
    for (const item of content.items) value(content.itemType, item);
  };
  push(Buffer.from("GGUF"));
  u32(version);
  u64(tensors.length);
  u64(entries.length);
  for (const entry of entries) {
    text(Buffer.from(entry.key));
    u32(entry.type);
    value(entry.type, entry.value);
  }
  for (const tensor of tensors) {
    text(Buffer.from(tensor.name));
    u32(tensor.dims.length);
    for (const size of tensor.dims) u64(size);
    u32(tensor.type);
    u64(tensor.offset);
  }
  push(Buffer.alloc((alignment - (length % alignment)) % alignment));
  push(data);
  return Buffer.concat(parts);
}

/** A number as the file has it. @param {number} type @param {number} number */
export function numberBytes(type, number) {
  const bytes = Buffer.alloc(BYTES[type]);
  if (type === F32) bytes.writeFloatLE(number);
  else if (type === I32) bytes.writeInt32LE(number);
  else if (type === U64) bytes.writeBigUInt64LE(BigInt(number));
  else if (type === BOOL) bytes[0] = number;
  else bytes.writeUInt32LE(number >>> 0);
  return bytes;
}

/** Sets a number of the metadata, in the type that is there, or else in `type`. @param {GgufTree} gguf */
export function setNumber(gguf, key, number, type = U32) {
  const entry = gguf.entries.find((each) => each.key === key);
  if (entry === undefined) gguf.entries.push({ key, type, value: numberBytes(type, number) });
  else if (BYTES[entry.type] === undefined) Object.assign(entry, { type, value: numberBytes(type, number) });
  else entry.value = numberBytes(entry.type, number);
}

/** Sets a text of the metadata. @param {GgufTree} gguf */
export function setText(gguf, key, text) {
  const fresh = { key, type: STRING, value: Buffer.from(text) };
  const entry = gguf.entries.find((each) => each.key === key);
  if (entry === undefined) gguf.entries.push(fresh);
  else Object.assign(entry, fresh);
}
