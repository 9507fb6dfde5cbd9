export function compileAddon(out: string, definitions?: Readonly<Record<string, string>>): void;
export function removeForeignBuild(folder: string, root: string): void;
