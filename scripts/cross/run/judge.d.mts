export interface KnownLimit {
  reason: string;
  tests: readonly string[];
}
export interface Verdict {
  passed: number;
  failed: number;
  excluded: number;
  skipped: number;
  problems: string[];
}
export function judge(results: never, folder: string, limits: readonly KnownLimit[]): Verdict;
