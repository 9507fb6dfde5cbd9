/** For which GPUs a library holds CUDA code, read from its bytes. */
import { closeSync, openSync, readSync } from "node:fs";

/** Of an ELF file, 64 bits: places of header fields, and the size of a section's header. */
const ELF = { magic: 0x464c457f, sectionTable: 0x28, sectionCount: 0x3c, names: 0x3e };
const HEADER_BYTES = 64;
const ELF_SECTION_BYTES = 64;
/** Of a Windows library: place of the PE header, whose sections follow its optional header. */
const PE = { pointer: 0x3c, headerBytes: 24, sectionBytes: 40 };
const SECTION = ".nv_fatbin";
/** Names of PE's sections have eight bytes. */
const PE_SECTION = SECTION.slice(0, 8);

/** A "fat binary": a header with the size of what follows it, then entries, each a header and its code. */
const FAT = { magic: 0xba55ed50, headerBytes: 16, alignment: 8 };
const ENTRY_BYTES = 64;
const KINDS: Readonly<Record<number, "ptx" | "machine">> = { 1: "ptx", 2: "machine" };
/** Libraries have some thousands; a file that says more is damaged. */
const MOST_ENTRIES = 1_000_000;

/** Compute capabilities without their dot, e.g. 86 for 8.6, in order. */
export interface CudaCode {
  /** That there is machine code for. */
  machine: readonly number[];
  /** That there is PTX for, which the driver compiles at the first use. */
  ptx: readonly number[];
}

/**
 * The code in a library for Linux (ELF) or Windows (PE). NVIDIA documents the kinds of code ("CUDA Binary Utilities"), not the bytes around
 * them: the layout is that of libraries of CUDA 13.
 * @throws Error the file cannot be read, or is no such library
 */
export function cudaCodeOf(file: string): CudaCode {
  const handle = openSync(file, "r");
  const read: Read = (offset, length) => {
    const bytes = Buffer.alloc(length);
    if (readSync(handle, bytes, 0, length, offset) !== length) throw new Error("It ends too early.");
    return bytes;
  };
  try {
    const found = { machine: new Set<number>(), ptx: new Set<number>() };
    for (const { offset, size } of fatSections(read)) readEntries(read, offset, offset + size, found);
    const inOrder = (chips: Set<number>): number[] => [...chips].sort((a, b) => a - b);
    return { machine: inOrder(found.machine), ptx: inOrder(found.ptx) };
  } finally {
    closeSync(handle);
  }
}

type Read = (offset: number, length: number) => Buffer;

function fatSections(read: Read): { offset: number; size: number }[] {
  const header = read(0, HEADER_BYTES);
  if (header.toString("latin1", 0, 2) === "MZ") return peSections(read, header.readUInt32LE(PE.pointer));
  if (header.readUInt32LE() !== ELF.magic) throw new Error("It is neither an ELF nor a PE file.");
  const count = header.readUInt16LE(ELF.sectionCount);
  const table = read(Number(header.readBigUInt64LE(ELF.sectionTable)), count * ELF_SECTION_BYTES);
  const sections = Array.from({ length: count }, (_, index) => {
    const at = index * ELF_SECTION_BYTES;
    return {
      name: table.readUInt32LE(at),
      offset: Number(table.readBigUInt64LE(at + 24)),
      size: Number(table.readBigUInt64LE(at + 32)),
    };
  });
  const names = sections[header.readUInt16LE(ELF.names)];
  if (names === undefined) return [];
  const texts = read(names.offset, names.size);
  return sections.filter(({ name }) => texts.toString("latin1", name, name + SECTION.length) === SECTION);
}

function peSections(read: Read, pe: number): { offset: number; size: number }[] {
  const header = read(pe, PE.headerBytes);
  const table = read(pe + PE.headerBytes + header.readUInt16LE(20), header.readUInt16LE(6) * PE.sectionBytes);
  const sections = Array.from({ length: table.length / PE.sectionBytes }, (_, index) => {
    const at = index * PE.sectionBytes;
    return {
      name: table.toString("latin1", at, at + PE_SECTION.length),
      size: table.readUInt32LE(at + 16),
      offset: table.readUInt32LE(at + 20),
    };
  });
  return sections.filter(({ name }) => name === PE_SECTION);
}

function readEntries(
  read: Read,
  start: number,
  end: number,
  found: { machine: Set<number>; ptx: Set<number> },
): void {
  let entries = 0;
  for (let at = start; at + FAT.headerBytes <= end;) {
    const header = read(at, FAT.headerBytes);
    if (header.readUInt32LE() !== FAT.magic) {
      at += FAT.alignment;
      continue;
    }
    at += header.readUInt16LE(6);
    const last = at + Number(header.readBigUInt64LE(8));
    while (at + ENTRY_BYTES <= last) {
      if (++entries > MOST_ENTRIES) throw new Error("It has more code than can be.");
      const entry = read(at, ENTRY_BYTES);
      const kind = KINDS[entry.readUInt16LE()];
      if (kind !== undefined) found[kind].add(entry.readUInt32LE(28));
      at += Math.max(ENTRY_BYTES, entry.readUInt32LE(4)) + Number(entry.readBigUInt64LE(8));
    }
    at = last;
  }
}
