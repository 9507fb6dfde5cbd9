const SECTION_OFFSET = 0x100;

/** Code of one kind for one chip: 1 PTX, 2 machine code. */
export type FatEntry = readonly [kind: 1 | 2, chip: number];

/** The least of a 64-bit ELF library with fat binaries of CUDA. */
export function cudaLibrary(binaries: readonly (readonly FatEntry[])[]): Buffer {
  const code = Buffer.concat(binaries.map(fatBinary));
  const names = Buffer.from("\0.nv_fatbin\0.shstrtab\0", "latin1");
  const namesOffset = SECTION_OFFSET + code.length;
  const table = namesOffset + names.length;
  const file = Buffer.alloc(table + 3 * 64);
  file.write("\x7fELF", 0, "latin1");
  file.writeBigUInt64LE(BigInt(table), 0x28);
  file.writeUInt16LE(3, 0x3c);
  file.writeUInt16LE(2, 0x3e);
  code.copy(file, SECTION_OFFSET);
  names.copy(file, namesOffset);
  const section = (index: number, name: number, offset: number, size: number): void => {
    file.writeUInt32LE(name, table + 64 * index);
    file.writeBigUInt64LE(BigInt(offset), table + 64 * index + 24);
    file.writeBigUInt64LE(BigInt(size), table + 64 * index + 32);
  };
  section(1, 1, SECTION_OFFSET, code.length);
  section(2, names.indexOf(".shstrtab"), namesOffset, names.length);
  return file;
}

/** Header, entries of 40 bytes of code each, and room up to the next. */
function fatBinary(entries: readonly FatEntry[]): Buffer {
  const size = entries.length * (64 + 40);
  const bytes = Buffer.alloc(16 + size + 24);
  bytes.writeUInt32LE(0xba55ed50, 0);
  bytes.writeUInt16LE(1, 4);
  bytes.writeUInt16LE(16, 6);
  bytes.writeBigUInt64LE(BigInt(size), 8);
  entries.forEach(([kind, chip], index) => {
    const at = 16 + index * (64 + 40);
    bytes.writeUInt16LE(kind, at);
    bytes.writeUInt32LE(64, at + 4);
    bytes.writeBigUInt64LE(40n, at + 8);
    bytes.writeUInt32LE(chip, at + 28);
  });
  return bytes;
}
