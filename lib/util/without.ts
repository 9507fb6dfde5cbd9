/** The fields of an object but those of some names. */
export function without<T extends object, Name extends keyof T>(
  object: T,
  ...names: readonly Name[]
): Omit<T, Name> {
  const left: readonly PropertyKey[] = names;
  return Object.fromEntries(Object.entries(object).filter(([name]) => !left.includes(name))) as Omit<T, Name>;
}
