import { execFile } from "node:child_process";

export interface Finished {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end; a status other than 0 is no error here. @throws Error it cannot be started, or takes too long */
export function run(
  file: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      [...args],
      { ...options, timeout: 120_000, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        if (error === null) resolve({ status: 0, stdout, stderr });
        else if (typeof error.code === "number") resolve({ status: error.code, stdout, stderr });
        else reject(new Error(`${file}: ${error.message}`));
      },
    );
    child.stdin?.end();
  });
}

/** @throws Error with what the program said, when it failed */
export async function runWell(...args: Parameters<typeof run>): Promise<Finished> {
  const finished = await run(...args);
  if (finished.status === 0) return finished;
  throw new Error(
    `ended with status ${finished.status}: ${(finished.stderr || finished.stdout).trim().slice(-600)}`,
  );
}
