import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openDataset } from "../../../lib/data/dataset/index.js";
import { readRecord } from "../../../lib/data/records/read-records.js";
import { temporaryFolder } from "../../support/fixtures.js";

/**
 * Written by pyarrow 26.0.1: `arguments` is a struct of an int64, a double and a list of floats; of the tool, `minimum` is a
 * double and `maximum` an int64. pyarrow reads `{"a": 7, "b": 7.0, "c": [1.0, 0.5]}` and `{"minimum": 2.0, "maximum": 2**60 + 1}`.
 */
const FILE =
  "UEFSMRUAFUIVQiwVBBUAFQYVBhwAAAACAAAAAwICAAAABAQEAAAAdXNlcgkAAABhc3Npc3RhbnQVABUsFSwsFQQVABUGFQYcAAAAAgAAAAMCAg" +
  "AAAAQEAQAAAHEBAAAAYRUAFSoVKiwVBBUAFQYVBhwAAAADAAAAAwQABQAAAAODAAAAAQAAAGYVABUwFTAsFQQVABUGFQYcAAAAAwAAAAMEAAUA" +
  "AAADkwAAAAcAAAAAAAAAFQAVMBUwLBUEFQAVBhUGHAAAAAMAAAADBAAFAAAAA5MAAAAAAAAAAAAcQBUAFTAVMCwVBhUAFQYVBhwAAAADAAAAAz" +
  "QABQAAAAOzCwAAAACAPwAAAD8VABUiFSIsFQIVABUGFQYcAAAAAgAAAAIAAgAAAAIEAQAAAGYVABUoFSgsFQIVABUGFQYcAAAAAgAAAAIAAgAA" +
  "AAIEAAAAAAAAAEAVABUoFSgsFQIVABUGFQYcAAAAAgAAAAIAAgAAAAIEAQAAAAAAABAVABUcFRwsFQIVABUGFQYcAAAAAgAAAAIBAAAAAAAA8D" +
  "8VBBn8GDUAGAZzY2hlbWEVBgA1AhgIbWVzc2FnZXMVAhUGTDwAAAA1BBgEbGlzdBUCADUCGAdlbGVtZW50FQYAFQwlAhgEcm9sZSUATBwAAAAV" +
  "DCUCGAdjb250ZW50JQBMHAAAADUCGAp0b29sX2NhbGxzFQIVBkw8AAAANQQYBGxpc3QVAgA1AhgHZWxlbWVudBUCADUCGAhmdW5jdGlvbhUEAB" +
  "UMJQIYBG5hbWUlAEwcAAAANQIYCWFyZ3VtZW50cxUGABUEJQIYAWEAFQolAhgBYgA1AhgBYxUCFQZMPAAAADUEGARsaXN0FQIAFQglAhgHZWxl" +
  "bWVudAA1AhgFdG9vbHMVAhUGTDwAAAA1BBgEbGlzdBUCADUCGAdlbGVtZW50FQYAFQwlAhgEbmFtZSUATBwAAAAVCiUCGAdtaW5pbXVtABUEJQ" +
  "IYB21heGltdW0AFQolAhgFc2NvcmUAFgIZHBmsJgAcFQwZJQYAGUgIbWVzc2FnZXMEbGlzdAdlbGVtZW50BHJvbGUVABYEFmgWaCYISRwVABUA" +
  "FQIAPBYaGSYCAhlWAAAAAAQAAAAmABwVDBklBgAZSAhtZXNzYWdlcwRsaXN0B2VsZW1lbnQHY29udGVudBUAFgQWUhZSJnBJHBUAFQAVAgA8Fg" +
  "QZJgICGVYAAAAABAAAACYAHBUMGSUGABmICG1lc3NhZ2VzBGxpc3QHZWxlbWVudAp0b29sX2NhbGxzBGxpc3QHZWxlbWVudAhmdW5jdGlvbgRu" +
  "YW1lFQAWBBZQFlAmwgFJHBUAFQAVAgA8FgIZNgICABmWAAAAAgAAAAACAAAAJgAcFQQZJQYAGZgIbWVzc2FnZXMEbGlzdAdlbGVtZW50CnRvb2" +
  "xfY2FsbHMEbGlzdAdlbGVtZW50CGZ1bmN0aW9uCWFyZ3VtZW50cwFhFQAWBBZWFlYmkgJJHBUAFQAVAgA8KTYCAgAZpgAAAAIAAAAAAAIAAAAm" +
  "ABwVChklBgAZmAhtZXNzYWdlcwRsaXN0B2VsZW1lbnQKdG9vbF9jYWxscwRsaXN0B2VsZW1lbnQIZnVuY3Rpb24JYXJndW1lbnRzAWIVABYEFl" +
  "YWViboAkkcFQAVABUCADwpNgICABmmAAAAAgAAAAAAAgAAACYAHBUIGSUGABm4CG1lc3NhZ2VzBGxpc3QHZWxlbWVudAp0b29sX2NhbGxzBGxp" +
  "c3QHZWxlbWVudAhmdW5jdGlvbglhcmd1bWVudHMBYwRsaXN0B2VsZW1lbnQVABYGFlYWVia+A0kcFQAVABUCADwpRgICAAIZxgAAAAIAAAAAAA" +
  "AABAAAACYAHBUMGSUGABlIBXRvb2xzBGxpc3QHZWxlbWVudARuYW1lFQAWAhZIFkgmlARJHBUAFQAVAgA8FgIZJgIAGVYAAAAAAgAAACYAHBUK" +
  "GSUGABlIBXRvb2xzBGxpc3QHZWxlbWVudAdtaW5pbXVtFQAWAhZOFk4m3ARJHBUAFQAVAgA8KSYCABlWAAAAAAIAAAAmABwVBBklBgAZSAV0b2" +
  "9scwRsaXN0B2VsZW1lbnQHbWF4aW11bRUAFgIWThZOJqoFSRwVABUAFQIAPCkmAgAZVgAAAAACAAAAJgAcFQoZJQYAGRgFc2NvcmUVABYCFkIW" +
  "Qib4BUkcFQAVABUCADwpBhkmAAIAAAAWsgYWAiYIFrIGACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZrBwAABwAABwAABwAAB" +
  "wAABwAABwAABwAABwAABwAAAA6BQAAUEFSMQ==";

it("gives templates floats and integers by the types of a table's columns", async () => {
  const path = join(await temporaryFolder(), "tools.parquet");
  await writeFile(path, Buffer.from(FILE, "base64"));
  const dataset = await openDataset(path);
  for await (const row of dataset.rows()) {
    expect(row.value).toMatchObject({ score: 1 });
    const float = (value: number): unknown => Object(value);
    const [conversation] = readRecord(row).record?.conversations ?? [];
    expect(conversation).toEqual({
      messages: [
        { role: "user", content: "q", tool_calls: null },
        {
          role: "assistant",
          content: "a",
          tool_calls: [{ function: { name: "f", arguments: { a: 7n, b: float(7), c: [float(1), 0.5] } } }],
        },
      ],
      tools: [{ name: "f", minimum: float(2), maximum: 2n ** 60n + 1n }],
    });
  }
});
