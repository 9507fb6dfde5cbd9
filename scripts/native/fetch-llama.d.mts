export function fetchHeaders(release?: object, headers?: string): Promise<void>;
export function fetchSource(): Promise<string>;
export function readSourceFile(file: string): Promise<string>;
