import { expect, it } from "vitest";
import { parseRecords } from "../../../lib/formats/json/parse-records.js";
import { recordDigest } from "../../../lib/data/records/record-digest.js";
import { readRecord } from "../../../lib/data/records/read-records.js";

const digestOf = (text: string): string =>
  recordDigest("run", readRecord({ line: 0, value: parseRecords(text) }));
const record = (args: string, tools: string): string =>
  `{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"type":"function","function":` +
  `{"name":"f","arguments":${args}}}]}],"tools":[${tools}]}`;

it("differs where a chat template may print something else", () => {
  const records = [
    record('{"a":7}', '{"type":"function"}'),
    record('{"a":7.0}', '{"type":"function"}'),
    record('{"a":8.0}', '{"type":"function"}'),
    record('{"a":7,"b":1}', '{"type":"function"}'),
    record('{"b":1,"a":7}', '{"type":"function"}'),
    record('{"a":7}', '{"type":"function","function":{"name":"g"}}'),
    record('{"a":7}', ""),
  ];
  expect(new Set(records.map(digestOf)).size).toBe(records.length);
  expect(digestOf('{"id":1,"messages":[{"role":"user","content":"q"}]}')).toBe(
    digestOf('{"messages":[{"content":"q","role":"user"}],"id":2}'),
  );
});
