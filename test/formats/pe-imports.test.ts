import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { importedLibraries } from "../../lib/formats/pe-imports.js";
import { temporaryFolder } from "../support/fixtures.js";
import { peFile } from "../support/pe-file.js";

async function importsOf(bytes: Buffer): Promise<string[]> {
  const file = join(await temporaryFolder(), "a.dll");
  await writeFile(file, bytes);
  return importedLibraries(file);
}

it("are the names of the import table, up to its end", async () => {
  const names = ["ggml-base.dll", "MSVCP140.dll", "KERNEL32.dll"];
  expect(await importsOf(peFile(names))).toEqual(names);
  expect(await importsOf(peFile([]))).toEqual([]);
});

it("are none where there is no table", async () => {
  const file = peFile(["a.dll"]);
  file.writeUInt32LE(0, 0x80 + 24 + 112 + 8);
  expect(await importsOf(file)).toEqual([]);
});

it.each([
  ["another file", (file: Buffer) => file.write("ELF", 0x80, "latin1"), /no PE file/],
  ["an address outside", (file: Buffer) => file.writeUInt32LE(0x9000, 0x80 + 24 + 112 + 8), /No section/],
  ["a header beyond the end", (file: Buffer) => file.writeUInt32LE(0xfffffff0, 0x3c), /ends too early/],
])("of %s are refused", async (_, spoil, message) => {
  const file = peFile(["a.dll"]);
  spoil(file);
  await expect(importsOf(file)).rejects.toThrow(message);
});
