export { openDataset, type Dataset, type DatasetOptions } from "./dataset.js";
export { downloadDataset, type DownloadDatasetOptions } from "./hub-dataset.js";
export type { RetryPolicy } from "../hub/retrying-fetch.js";
export type { DataFile, DataFormat } from "../../formats/data-stream.js";
export type { DatasetRow, DatasetRows } from "../../formats/rows.js";
export { detectLayout, parseItem } from "./parse-item.js";
export type { Layout, ParsedRow, PreferenceItem } from "./layouts/layout.js";
export { LAYOUTS } from "./layouts/index.js";
export { writeDataset, type OutputRecord } from "./write-dataset.js";
