type Outputs = ReadonlyMap<string, string>;
export function compareBytes(expected: Outputs, actual: Outputs): string[];
export function compareNumbers(
  expected: Outputs,
  actual: Outputs,
  tolerance: number,
): { largest: number; problems: string[] };
