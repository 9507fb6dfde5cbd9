// One change of head.safetensors, chosen by a random generator.

const DTYPES = ["F32", "F16", "BF16", "F64", "I64", "U8", "F8_E4M3", "toString", ""];

/** Changes of the header, as JSON. */
const HEADER = {
  dtype: (header, name, random) => void (header[name].dtype = random.pick(DTYPES)),
  shape(header, name, random) {
    const { shape } = header[name];
    const kind = random.integer(4);
    if (kind === 0) shape.push(1);
    else if (kind === 1) shape.reverse();
    else if (kind === 2) shape[0] = random.pick([0, 1, -1, 2 ** 53, 1.5, null, "1"]);
    else header[name].shape = random.pick([[], null, {}, [0, 1]]);
  },
  offsets(header, name, random) {
    const offsets = header[name].data_offsets;
    offsets[random.integer(2)] += random.pick([1, -1, 2, 1e9, NaN, -1e9]);
  },
  rename(header, name, random) {
    header[`${name}${random.pick(["x", "", ".bias", "\u0000"])}`] = header[name];
    if (random.chance(0.8)) Reflect.deleteProperty(header, name);
  },
  stray(header, name) {
    header["another.weight"] = { ...header[name], shape: [0], data_offsets: [0, 0] };
  },
  drop: (header, name) => void Reflect.deleteProperty(header, name),
  swap(header, name, random) {
    const other = random.pick(Object.keys(header));
    [header[name], header[other]] = [header[other], header[name]];
  },
  metadata: (header, _, random) => void (header.__metadata__ = random.pick([{ a: "b" }, null, 5, []])),
};

/** @returns {{ part: "head", change: string, isData: boolean, bytes: Buffer }} */
export function mutateHead(bytes, random) {
  const length = Number(bytes.readBigUInt64LE());
  const data = Buffer.from(bytes.subarray(8 + length));
  const kind = random.integer(10);
  if (kind === 0) {
    const raw = Buffer.from(bytes);
    raw[random.integer(8 + length)] ^= 1 << random.integer(8);
    return { part: "head", change: "header-bits", isData: false, bytes: raw };
  }
  if (kind === 1) {
    const cut = random.chance(0.5)
      ? Buffer.from(bytes.subarray(0, random.integer(bytes.length)))
      : Buffer.concat([bytes, random.bytes(3)]);
    return { part: "head", change: "length", isData: false, bytes: cut };
  }
  if (kind < 5) {
    if (random.chance(0.3)) data.fill(0xff, 0, 8);
    else data[random.integer(data.length)] ^= 1 << random.integer(8);
    return { part: "head", change: "data", isData: true, bytes: join(bytes.subarray(8, 8 + length), data) };
  }
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  const names = Object.keys(header).filter((name) => name !== "__metadata__");
  const change = random.pick(Object.keys(HEADER));
  HEADER[change](header, random.pick(names), random);
  return { part: "head", change, isData: false, bytes: join(Buffer.from(JSON.stringify(header)), data) };
}

function join(header, data) {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, data]);
}
