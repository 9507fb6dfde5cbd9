import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lfsPointerMessage, parseLfsPointer, readLfsPointer } from "../../../lib/util/files/lfs-pointer.js";
import { temporaryFolder } from "../../support/fixtures.js";

const OID = `oid sha256:${"4d7a".repeat(16)}\n`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it("knows a pointer, also with extensions, Windows line ends and the addresses of older versions", () => {
  // Examples of docs/spec.md of git-lfs 3.x.
  const extension = `ext-0-foo sha256:${"41".repeat(32)}\n`;
  const pointer = `version https://git-lfs.github.com/spec/v1\n${extension}${OID}size 12345\n`;
  expect(parseLfsPointer(bytes(pointer))).toEqual({ sizeBytes: 12345 });
  expect(parseLfsPointer(bytes(pointer.replaceAll("\n", "\r\n")))).toEqual({ sizeBytes: 12345 });
  expect(parseLfsPointer(bytes(`version https://hawser.github.com/spec/v1\n${OID}`))).toEqual({
    sizeBytes: undefined,
  });
});

it("takes nothing else for one", () => {
  const first = "version https://git-lfs.github.com/spec/v1\n";
  expect(parseLfsPointer(bytes(""))).toBeUndefined();
  expect(parseLfsPointer(bytes(`{"text":"${first.trim()}"}\n`))).toBeUndefined();
  // Longer than a pointer may be: a text about one.
  expect(parseLfsPointer(bytes(first + "x".repeat(1024)))).toBeUndefined();
});

it("reads one from the disk and says what to do", async () => {
  const path = join(await temporaryFolder(), "data.parquet");
  await writeFile(path, `version https://git-lfs.github.com/spec/v1\n${OID}size 9000\n`);
  const pointer = await readLfsPointer(path);
  expect(pointer).toEqual({ sizeBytes: 9000 });
  expect(lfsPointerMessage("data.parquet", pointer ?? { sizeBytes: 0 })).toMatch(/9000 bytes.*git lfs pull/);
});
