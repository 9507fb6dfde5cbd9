/** Files that torch.save wrote (`write-files.py`), with the values that PyTorch says they have. */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openPickle } from "../../../lib/formats/pickle/pickle-file.js";
import { temporaryFolder } from "../../support/fixtures.js";

interface Expected {
  torch: string;
  good: Record<string, Record<string, { dtype: string; shape: number[]; hex: string }>>;
  refused: Record<string, [code: string, mentions: string]>;
}

const FILES = path.join(import.meta.dirname, "files");
const { good, refused } = JSON.parse(await readFile(path.join(FILES, "expected.json"), "utf8")) as Expected;

const failureOf = (file: string): Promise<Error> =>
  openPickle(file).then(
    async (opened) => {
      await opened.close();
      throw new Error(`${file} was opened`);
    },
    (error: unknown) => error as Error,
  );

describe.each(Object.entries(good))("%s", (name, tensors) => {
  it("has the tensors that were saved, value by value", async () => {
    const file = await openPickle(path.join(FILES, name));
    expect([...file.tensors.keys()].sort()).toEqual(Object.keys(tensors).sort());
    for (const [tensor, { dtype, shape, hex }] of Object.entries(tensors)) {
      expect(file.tensors.get(tensor), tensor).toMatchObject({ dtype, shape, sizeBytes: hex.length / 2 });
      expect(Buffer.from(await file.readBytes(tensor)).toString("hex"), tensor).toBe(hex);
    }
    await file.close();
  });

  it("gives any stretch of them", async () => {
    const file = await openPickle(path.join(FILES, name));
    for (const [tensor, stored] of file.tensors) {
      const bytes = Buffer.from(tensors[tensor]?.hex ?? "", "hex");
      const valueBytes = bytes.length / stored.shape.reduce((product, size) => product * size, 1);
      for (let start = 0; start < bytes.length; start += valueBytes) {
        for (let end = start + valueBytes; end <= bytes.length; end += valueBytes) {
          const found = await file.readValues(stored, start, new Uint8Array(end - start));
          if (Buffer.compare(found, bytes.subarray(start, end)) === 0) continue;
          expect.fail(`${tensor} from ${start} to ${end}: ${Buffer.from(found).toString("hex")}`);
        }
      }
    }
    await file.close();
  });
});

it("gives floats of every kind as float32", async () => {
  const file = await openPickle(path.join(FILES, "zip.bin"));
  const stored = good["zip.bin"] ?? {};
  const doubles = Buffer.from(stored["plain.F64"]?.hex ?? "", "hex");
  const expected = Float32Array.from({ length: 12 }, (_, index) => doubles.readDoubleLE(8 * index));
  expect(await file.readFloat32("plain.F64")).toEqual(expected);
  const floats = Buffer.from(stored["transposed"]?.hex ?? "", "hex");
  const transposed = Float32Array.from({ length: 30 }, (_, index) => floats.readFloatLE(4 * index));
  expect(await file.readFloat32("transposed")).toEqual(transposed);
  await expect(file.readFloat32("plain.I64")).rejects.toMatchObject({ code: "CHECKPOINT_INVALID" });
  await expect(file.readBytes("none")).rejects.toMatchObject({ code: "CHECKPOINT_INVALID" });
  await file.close();
});

it.each(Object.entries(refused))(
  "%s is refused by name, and nothing of it is run",
  async (name, [code, text]) => {
    const error = await failureOf(path.join(FILES, name));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(text);
    expect(existsSync("pickle-was-run")).toBe(false);
  },
);

async function written(bytes: Uint8Array): Promise<string> {
  const file = path.join(await temporaryFolder(), "file.bin");
  await writeFile(file, bytes);
  return file;
}

/** A file of the legacy format with a number of its storages, or of its marks, changed. */
async function changed(from: Buffer, to: Buffer): Promise<string> {
  const bytes = await readFile(path.join(FILES, "trainer-legacy.pt"));
  const at = bytes.indexOf(from);
  expect(at).toBeGreaterThan(0);
  to.copy(bytes, at);
  return written(bytes);
}

describe("damage", () => {
  it("of the byte order in the legacy format is refused", async () => {
    const mark = Buffer.from("little_endianq");
    const bytes = await readFile(path.join(FILES, "trainer-legacy.pt"));
    const value = bytes.indexOf(mark) + mark.length + 1;
    expect(bytes[value]).toBe(0x88);
    bytes[value] = 0x89;
    expect(await failureOf(await written(bytes))).toMatchObject({
      code: "CHECKPOINT_UNSUPPORTED",
      message: expect.stringContaining("big-endian") as string,
    });
  });

  it.each(["zip.bin", "legacy.bin"])("%s cut off anywhere is refused", async (name) => {
    const bytes = await readFile(path.join(FILES, name));
    for (let length = 0; length < bytes.length; length += 97) {
      expect(await failureOf(await written(bytes.subarray(0, length)))).toMatchObject({
        code: expect.stringMatching(/^CHECKPOINT_/) as string,
      });
    }
  });

  it("bytes after the last storage of the legacy format are refused", async () => {
    const bytes = await readFile(path.join(FILES, "legacy.bin"));
    expect(await failureOf(await written(Buffer.concat([bytes, Buffer.of(0)])))).toMatchObject({
      code: "CHECKPOINT_INVALID",
      message: expect.stringContaining("storages end") as string,
    });
  });

  it("a tensor that leaves its storage is refused", async () => {
    // The shape (2, 3) of the first matrix.
    const error = await failureOf(
      await changed(Buffer.from("K\x02K\x03\x86", "latin1"), Buffer.from("K\x02K\x09\x86", "latin1")),
    );
    expect(error).toMatchObject({ code: "CHECKPOINT_INVALID" });
    expect(error.message).toMatch(/shape \[2, 9\] ends at byte/);
  });

  it("a Git LFS pointer, an HTML page, a tar archive and a folder are named", async () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n";
    expect((await failureOf(await written(Buffer.from(pointer)))).message).toMatch(/Git LFS/);
    expect((await failureOf(await written(Buffer.from("<html></html>")))).message).toMatch(/opcode 0x3c/);
    const tar = Buffer.alloc(1024);
    tar.write("ustar", 257);
    expect((await failureOf(await written(tar))).message).toMatch(/tar archive/);
    expect((await failureOf(FILES)).message).toMatch(/no file/);
  });
});
