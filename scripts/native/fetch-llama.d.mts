export function fetchHeaders(): Promise<void>;
export function fetchSource(): Promise<string>;
export function readSourceFile(file: string): Promise<string>;
