// A model of random weights through the converter: `node make-model.js SHAPE FOLDER`, a shape of bench/shape.ts. The benchmark finds it there.

import { prepareBenchModel } from "../bench-model.js";
import * as shapes from "../shape.js";

const [name = "", directory] = process.argv.slice(2);
const shape = Object.values(shapes).find((each) => each.name === name);
if (shape === undefined) throw new Error(`There is no shape ${name}.`);
await prepareBenchModel(shape, "bf16", {
  directory,
  note: (text) => {
    console.error(text);
  },
});
