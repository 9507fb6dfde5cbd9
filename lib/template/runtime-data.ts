import { isUnread } from "../conversation/template-data.js";
import { runtimeValue, type RuntimeValue } from "./jinja-engine.js";

type ValueClass = new (value: unknown) => RuntimeValue;

const classOf = (value: unknown): ValueClass => runtimeValue(value).constructor as ValueClass;
/** The engine exports no values; it makes whole numbers integers. */
const [IntegerValue, FloatValue, ArrayValue, ObjectValue] = [1, 0.5, [], {}].map(classOf) as [
  ValueClass,
  ValueClass,
  ValueClass,
  ValueClass,
];

/** What a template is given, as `templateData` makes it, as the engine has it. */
export function runtimeData(value: unknown): RuntimeValue {
  if (typeof value === "bigint") return new IntegerValue(value);
  if (typeof value !== "object" || value === null) return runtimeValue(value);
  if (Array.isArray(value)) return new ArrayValue(value.map(runtimeData));
  if (Object.prototype.toString.call(value) === "[object Number]") return new FloatValue(Number(value));
  // A function has no text: a template that uses the value fails.
  if (isUnread(value)) return runtimeValue(() => undefined);
  const entries = value instanceof Map ? [...(value as Map<string, unknown>)] : Object.entries(value);
  return new ObjectValue(new Map(entries.map(([key, item]) => [key, runtimeData(item)])));
}
