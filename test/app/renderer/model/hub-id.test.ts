import { expect, it } from "vitest";
import { hubIdOf } from "../../../../examples/electron/renderer/model/hub-id.js";

it.each([
  ["Ray2333/GRM-llama3.2-3B-sftreg", "Ray2333/GRM-llama3.2-3B-sftreg"],
  ["  owner/name ", "owner/name"],
  ["https://huggingface.co/owner/name", "owner/name"],
  ["https://huggingface.co/owner/name/tree/main?x=1#y", "owner/name"],
  ["https://hf.co/owner/name", "owner/name"],
  ["owner", undefined],
  ["owner/name/more", undefined],
  ["../name", undefined],
  ["owner/..", undefined],
  ["/etc/passwd", undefined],
  ["https://evil.example/owner/name", undefined],
  ["owner/na me", undefined],
  ["", undefined],
])("%j is the model %j", (text, id) => {
  expect(hubIdOf(text)).toBe(id);
});
