import { expect, it } from "vitest";
import { parseHubName } from "../../lib/convert/hub-name.js";
import { hubDatasetId } from "../../lib/data/dataset/hub-dataset.js";

it.each([
  ["owner/name", "owner/name", "main"],
  ["owner/name@v1", "owner/name", "v1"],
  ["https://huggingface.co/owner/name", "owner/name", "main"],
  ["https://huggingface.co/owner/name/", "owner/name", "main"],
  ["https://hf.co/owner/na.me-1?library=transformers", "owner/na.me-1", "main"],
  ["https://huggingface.co/owner/name/tree/v1", "owner/name", "v1"],
  ["https://huggingface.co/owner/name/blob/main/config.json", "owner/name", "main"],
])("%s is a model of the Hub", (text, hubId, revision) => {
  expect(parseHubName(text)).toEqual({ hubId, revision });
});

it.each([
  "name",
  "./models/grm",
  "a/b/c",
  "https://huggingface.co/datasets/owner/name",
  "https://huggingface.co/spaces/owner/name",
  "https://example.com/owner/name",
  "https://huggingface.co/owner",
])("%s is none", (text) => {
  expect(parseHubName(text)).toBeUndefined();
});

it.each([
  ["hub:owner/name", "owner/name"],
  ["https://huggingface.co/datasets/owner/name", "owner/name"],
  ["https://huggingface.co/datasets/owner/name/viewer/default/train", "owner/name"],
  ["https://huggingface.co/datasets/owner/name/tree/main/data", "owner/name/data"],
  ["https://huggingface.co/owner/name", undefined],
  ["pairs.jsonl", undefined],
])("%s as a dataset is %s", (text, id) => {
  expect(hubDatasetId(text)).toBe(id);
});
