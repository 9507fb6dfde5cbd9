const PE = 0x80;
const OPTIONAL_BYTES = 240;
/** Where the only section lies in the file, and in memory. */
const SECTION = { offset: 0x400, address: 0x3000, size: 0x400 };

/** The least of a 64-bit Windows library that imports others by these names. */
export function peFile(imports: readonly string[]): Buffer {
  const file = Buffer.alloc(SECTION.offset + SECTION.size);
  file.write("MZ", 0, "latin1");
  file.writeUInt32LE(PE, 0x3c);
  file.write("PE\0\0", PE, "latin1");
  file.writeUInt16LE(0x8664, PE + 4);
  file.writeUInt16LE(1, PE + 6);
  file.writeUInt16LE(OPTIONAL_BYTES, PE + 20);
  const optional = PE + 24;
  file.writeUInt16LE(0x20b, optional);
  // The second data directory: imports.
  file.writeUInt32LE(SECTION.address + 0x10, optional + 112 + 8);
  const section = optional + OPTIONAL_BYTES;
  file.write(".idata", section, "latin1");
  file.writeUInt32LE(SECTION.size, section + 8);
  file.writeUInt32LE(SECTION.address, section + 12);
  file.writeUInt32LE(SECTION.size, section + 16);
  file.writeUInt32LE(SECTION.offset, section + 20);
  let name = 0x200;
  imports.forEach((library, index) => {
    file.writeUInt32LE(SECTION.address + name, SECTION.offset + 0x10 + 20 * index + 12);
    file.write(`${library}\0`, SECTION.offset + name, "latin1");
    name += library.length + 1;
  });
  return file;
}
