import { fileURLToPath } from "node:url";

/** A model folder of under a megabyte that comes with the package: what is measured with it is everything but the backbone. */
export const TINY_MODEL = fileURLToPath(new URL("../../examples/models/tiny-grm", import.meta.url));
