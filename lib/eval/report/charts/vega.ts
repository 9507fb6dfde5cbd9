/**
 * The one module that imports the chart library: 25 MB on the disk, of which a small part is used. A release bundles that
 * part into this module (`scripts/pack/pack-main.mjs`) and does not depend on the packages.
 */
export * as vega from "vega";
export { compile } from "vega-lite";
