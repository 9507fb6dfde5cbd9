export function floorsOf(file: string): Record<string, string>;
export function floorsOfLibraries(folder: string): Record<string, string>;
export function beyond(
  needed: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): string[];
export function newest(symbols: string): Record<string, string>;
