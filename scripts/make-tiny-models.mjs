// Makes the two model folders that tests and benchmarks use where the backbone is not what is tried, with this project's own
// converter, from the fixture checkpoints. Their weights are random. A test checks that the committed folders are what this makes.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { convertCheckpoint } from "../dist/convert/index.js";

const fixtures = join(import.meta.dirname, "..", "test", "fixtures");

/** Folder under `test/fixtures/models` and the fixture it is made from. */
const TINY_MODELS = { "tiny-grm": "grm-llama3.2-tiny", "tiny-urm": "urm-llama3.1-tiny" };

const directory = join(fixtures, "models");
rmSync(directory, { recursive: true, force: true });
for (const [name, fixture] of Object.entries(TINY_MODELS)) {
  await convertCheckpoint(join(fixtures, "checkpoints", fixture), join(directory, name));
}
