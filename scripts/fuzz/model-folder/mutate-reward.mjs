// One change of reward.json, chosen by a random generator.

const VALUES = [
  null,
  true,
  false,
  0,
  -1,
  1,
  1.5,
  2 ** 31,
  1e300,
  "",
  "x",
  "\u0000",
  [],
  {},
  [null],
  "a".repeat(100_000),
];

/** @returns {{ part: "reward", change: string, text: string }} */
export function mutateReward(text, random) {
  if (random.chance(0.15)) {
    const bytes = Buffer.from(text);
    bytes[random.integer(bytes.length)] ^= 1 << random.integer(8);
    return { part: "reward", change: "bits", text: bytes };
  }
  const reward = JSON.parse(text);
  const paths = [...pathsOf(reward)];
  const path = random.pick(paths);
  const parent = path.slice(0, -1).reduce((value, key) => value[key], reward);
  const key = path.at(-1);
  const old = parent[key];
  const change = random.pick(["value", "value", "near", "drop", "add"]);
  if (change === "drop") Reflect.deleteProperty(parent, key);
  else if (change === "add") parent[`${key}x`] = old;
  else parent[key] = change === "near" ? near(old, random) : random.pick(VALUES);
  return { part: "reward", change: `${change} ${path.join(".")}`, text: JSON.stringify(reward) };
}

function near(old, random) {
  if (typeof old === "number") return old + random.pick([1, -1]);
  if (typeof old === "boolean") return !old;
  if (typeof old !== "string") return random.pick(VALUES);
  const at = random.integer(old.length + 1);
  return old.slice(0, at) + random.pick(["a", " ", "{{", "}"]) + old.slice(at + random.integer(2));
}

function* pathsOf(value, path = []) {
  for (const [key, inner] of Object.entries(value)) {
    yield [...path, key];
    if (typeof inner === "object" && inner !== null) yield* pathsOf(inner, [...path, key]);
  }
}
