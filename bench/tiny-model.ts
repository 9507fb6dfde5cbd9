import path from "node:path";
import { REPOSITORY } from "./repository.js";

/** A model folder of under a megabyte: what is measured with it is everything but the backbone. */
export const TINY_MODEL = path.join(REPOSITORY, "test/fixtures/models/tiny-grm");
