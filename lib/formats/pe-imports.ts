/** Which libraries a Windows program or library needs to be loaded. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** "MZ" header's field with the place of the PE header, and sizes of the fixed parts. */
const PE_POINTER = 0x3c;
const COFF_BYTES = 24;
const SECTION_BYTES = 40;
const IMPORT_BYTES = 20;
/** Of the optional header: PE32+ (64 bits), and where its data directories begin; the second of them is that of imports. */
const PE32_PLUS = 0x20b;
const DIRECTORIES = { plus: 112, plain: 96 };
/** No library imports from as many; a file that says so is damaged. */
const MOST_IMPORTS = 1024;
const LONGEST_NAME = 260;

/**
 * Names of the libraries that the system loads together with a file, as its import table has them; those that are loaded at their first
 * use are not among them. Source: Microsoft's "PE Format", sections "Optional Header Data Directories" and "The .idata Section".
 * @throws Error the file cannot be read, or is no PE file
 */
export function importedLibraries(file: string): string[] {
  const handle = openSync(file, "r");
  try {
    return readImports((offset, length) => readExactly(handle, offset, length), fstatSync(handle).size);
  } finally {
    closeSync(handle);
  }
}

type Read = (offset: number, length: number) => Buffer;

function readImports(read: Read, size: number): string[] {
  const pe = read(PE_POINTER, 4).readUInt32LE();
  const coff = read(pe, COFF_BYTES);
  if (coff.toString("latin1", 0, 4) !== "PE\0\0") throw new Error("It is no PE file.");
  const sectionCount = coff.readUInt16LE(6);
  const optional = read(pe + COFF_BYTES, coff.readUInt16LE(20));
  const directories = optional.readUInt16LE(0) === PE32_PLUS ? DIRECTORIES.plus : DIRECTORIES.plain;
  const table = optional.readUInt32LE(directories + 8);
  if (table === 0) return [];
  const sections = read(pe + COFF_BYTES + optional.length, sectionCount * SECTION_BYTES);
  const place = (address: number): number => offsetOf(address, sections);
  const names: string[] = [];
  for (let at = place(table); names.length < MOST_IMPORTS; at += IMPORT_BYTES) {
    const name = read(at, IMPORT_BYTES).readUInt32LE(12);
    if (name === 0) return names;
    const offset = place(name);
    const bytes = read(offset, Math.min(LONGEST_NAME, size - offset));
    names.push(bytes.toString("latin1", 0, Math.max(0, bytes.indexOf(0))));
  }
  throw new Error("Its import table does not end.");
}

/** Place in the file of an address in memory. */
function offsetOf(address: number, sections: Buffer): number {
  for (let at = 0; at < sections.length; at += SECTION_BYTES) {
    const start = sections.readUInt32LE(at + 12);
    const offset = address - start;
    if (offset >= 0 && offset < sections.readUInt32LE(at + 16))
      return sections.readUInt32LE(at + 20) + offset;
  }
  throw new Error(`No section has the address ${address}.`);
}

function readExactly(handle: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  if (readSync(handle, bytes, 0, length, offset) !== length) throw new Error("It ends too early.");
  return bytes;
}
