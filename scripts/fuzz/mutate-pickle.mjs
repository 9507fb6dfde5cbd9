// Damages a file of torch.save as a seed decides: bytes anywhere, in the pickle, or in the headers of the archive.

/** Opcodes of all protocols, so that those which are not taken come up, too. Source: CPython 3.13 Lib/pickle.py. */
const OPCODES = Buffer.from(
  "(.012FIJKLMNPQRSTUVXabcde]}gholpqrsut)j}i\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98CB",
  "latin1",
);
/** Whole instructions, some of which a reader must refuse by name and some that ask for much. */
const SNIPPETS = [
  "cposix\nsystem\nX\x04\x00\x00\x00true\x85R",
  "c__builtin__\neval\nX\x01\x00\x00\x001\x85R",
  "ctorch\nFloatStorage\n",
  "ctorch._utils\n_rebuild_sparse_tensor\n",
  "ccollections\nOrderedDict\n)R",
  "X\xff\xff\xff\x7f",
  "\x8a\xff",
  "J\xff\xff\xff\xff",
  "J\xff\xff\xff\x7f",
  "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f",
  "K\x00",
  "}q\x00h\x00h\x00s",
  "]q\x00h\x00a",
  "((((((((",
  "h\x00h\x00h\x00",
  "NNNtttt",
  "0000",
  "Q",
  "b",
].map((text) => Buffer.from(text, "latin1"));
const EXTREMES = [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff];

/**
 * @param {Buffer} bytes
 * @param {ReturnType<typeof import("./random.mjs").randomFrom>} random
 * @param {string[]} done receives what was done
 */
export function mutatePickle(bytes, random, done = []) {
  let mutant = Buffer.from(bytes);
  for (let count = random.pick([1, 1, 1, 2, 3]); count > 0 && mutant.length > 0; count--) {
    const at = place(mutant, random);
    const kind = random.integer(8);
    done.push(`${kind} at ${at}`);
    if (kind === 0) mutant[at] ^= 1 << random.integer(8);
    else if (kind === 1) mutant[at] = random.pick(EXTREMES);
    else if (kind === 2) mutant[at] = OPCODES[random.integer(OPCODES.length)] ?? 0;
    else if (kind === 3) mutant.set(random.pick(SNIPPETS).subarray(0, mutant.length - at), at);
    else if (kind === 4) mutant = insert(mutant, at, random.pick(SNIPPETS));
    else if (kind === 5) mutant = insert(mutant, at, mutant.subarray(at, at + 1 + random.integer(64)));
    else if (kind === 6)
      mutant = Buffer.concat([mutant.subarray(0, at), mutant.subarray(at + 1 + random.integer(16))]);
    else if (random.chance(0.3)) mutant = mutant.subarray(0, at + 1);
    else mutant.set(random.bytes(Math.min(8, mutant.length - at)), at);
  }
  return mutant;
}

function insert(bytes, at, part) {
  return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
}

/** Half of the places are in the pickle, a quarter in the directory at an archive's end. */
function place(bytes, random) {
  const where = random.integer(4);
  const pickle = Math.max(0, bytes.indexOf(Buffer.from([0x80, 0x02])));
  const directory = Math.max(0, bytes.indexOf("PK\u0001\u0002"));
  const end = directory === 0 ? bytes.length : bytes.indexOf("PK\u0001\u0002");
  if (where <= 1)
    return Math.min(bytes.length - 1, pickle + random.integer(Math.max(1, Math.min(3000, end - pickle))));
  if (where === 2) return directory + random.integer(bytes.length - directory);
  return random.integer(bytes.length);
}
