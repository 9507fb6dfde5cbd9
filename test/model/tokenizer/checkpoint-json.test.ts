import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readCheckpointBytes, readCheckpointText } from "../../../lib/model/tokenizer/checkpoint-json.js";
import { temporaryFolder } from "../../support/fixtures.js";

it.each(["tokenizer.json", "tokenizer.model", "config.json"])(
  "says of a Git LFS pointer in place of %s what to do",
  async (file) => {
    const folder = await temporaryFolder();
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d7a".repeat(16)}\nsize 9000\n`;
    await writeFile(join(folder, file), pointer);
    for (const read of [readCheckpointBytes, readCheckpointText]) {
      await expect(read(folder, file)).rejects.toMatchObject({
        code: "CHECKPOINT_INVALID",
        message: expect.stringMatching(/Git LFS pointer.*9000 bytes.*git lfs pull/) as string,
      });
    }
  },
);
