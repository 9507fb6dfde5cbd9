/** The Hub's cache keeps a checkpoint in `models--owner--name/snapshots/<revision>`. */
export function hubIdOfCache(checkpointDir: string): string | undefined {
  const match = /[\\/]models--([^\\/]+?)--([^\\/]+)[\\/]snapshots[\\/]/.exec(checkpointDir);
  return match === null ? undefined : `${match[1] ?? ""}/${match[2] ?? ""}`;
}
