// The built product, as its users import it.

export const product = await import("../../dist/index.js");
export const convert = await import("../../dist/convert/index.js");
