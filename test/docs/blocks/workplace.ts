import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { convertCheckpoint } from "../../../lib/convert/index.js";
import { writeDataset } from "../../../lib/data/index.js";
import { ROOT } from "../api.js";
import { startHub, type Hub } from "./hub.js";

const CLI = join(ROOT, "dist/cli/main.js");
const FIXTURES = join(ROOT, "test/fixtures");

/** What commands of a shell block are here. The server ends as soon as it has said where it listens, as with Ctrl-C. */
const COMMANDS = {
  "llama-reward": `#!/bin/sh\n[ "$1" = serve ] && exec node "${join(import.meta.dirname, "serve-once.mjs")}" "${CLI}" "$@"\nexec node "${CLI}" "$@"\n`,
  // Slurm's, which runs a task of a job array.
  srun: '#!/bin/sh\nexec "$@"\n',
  npx: '#!/bin/sh\n[ "$1" = llama-reward ] || { echo "npx $1 is not checked" >&2; exit 1; }\nexec "$@"\n',
};

/** A folder with the models and files that pages name, and the commands on the path. Blocks of one page share it. */
export class Workplace {
  #hub: Hub | undefined;
  #server: ChildProcess | undefined;
  #address = "";

  private constructor(readonly folder: string) {}

  /** @param template what {@link makeTemplate} made, to be copied */
  static async create(template: string): Promise<Workplace> {
    const folder = await mkdtemp(join(tmpdir(), "llama-reward-blocks-"));
    await cp(template, folder, { recursive: true, verbatimSymlinks: true });
    return new Workplace(folder);
  }

  /** A folder with all that a workplace begins with. */
  static async makeTemplate(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "llama-reward-blocks-"));
    await mkdir(join(folder, "models"));
    const model = (name: string, source: string): Promise<void> =>
      cp(join(FIXTURES, "models", source), join(folder, "models", name), { recursive: true });
    await Promise.all([
      model("grm-3b", "tiny-grm"),
      model("urm", "tiny-urm"),
      convertCheckpoint(join(FIXTURES, "steps/qwen2.5-math-prm"), join(folder, "models/qwen2.5-math-prm"), {
        type: "f32",
      }),
      cp(join(FIXTURES, "dpo/qwen2/policy"), join(folder, "policy-checkpoint"), { recursive: true }),
      cp(join(FIXTURES, "dpo/qwen2/reference"), join(folder, "sft-checkpoint"), { recursive: true }),
      cp(join(FIXTURES, "dpo/qwen2/policy"), join(folder, "some-checkpoint"), { recursive: true }),
      symlink(join(ROOT, "examples"), join(folder, "examples")),
      writeCommands(join(folder, "bin")),
      writeData(folder),
    ]);
    return folder;
  }

  get environment(): NodeJS.ProcessEnv {
    const { PATH = "", LANG } = process.env;
    return {
      PATH: `${join(this.folder, "bin")}${delimiter}${PATH}`,
      LANG,
      HOME: this.folder,
      XDG_CACHE_HOME: join(this.folder, ".cache"),
      HF_HUB_CACHE: join(this.folder, ".cache/hub"),
      NO_COLOR: "1",
      SLURM_ARRAY_TASK_ID: "2",
      SLURM_ARRAY_TASK_MAX: "8",
      SLURM_CPUS_PER_TASK: "1",
      ...(this.#hub === undefined ? { HF_HUB_OFFLINE: "1" } : { HF_ENDPOINT: this.#hub.url }),
    };
  }

  /** From now on the Hub can be reached: one that has every model and dataset that is asked for, small ones. */
  async openHub(): Promise<void> {
    this.#hub ??= await startHub();
  }

  /** Where `llama-reward serve models/grm-3b` answers, `host:port`. */
  async server(): Promise<string> {
    if (this.#server !== undefined) return this.#address;
    const args = [CLI, "serve", "models/grm-3b", "--port", "0", "--json"];
    const server = spawn(process.execPath, args, {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#server = server;
    const [line] = (await once(server.stdout, "data")) as [Buffer];
    this.#address = new URL((JSON.parse(line.toString("utf8")) as { url: string }).url).host;
    return this.#address;
  }

  async remove(): Promise<void> {
    this.#server?.kill("SIGINT");
    await this.#hub?.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function writeCommands(folder: string): Promise<void> {
  await mkdir(folder);
  for (const [name, text] of Object.entries(COMMANDS)) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
}

async function writeData(folder: string): Promise<void> {
  const numbers = Array.from({ length: 24 }, (_, index) => index);
  const answers = numbers.map((n) => ({ prompt: `What is ${n} + 2?`, response: `${n + 2}.` }));
  const write = (name: string, rows: readonly Record<string, unknown>[]): Promise<void> =>
    writeDataset(join(folder, name), rows);
  await write("records.jsonl", answers);
  await write("answers.jsonl", answers);
  await write("data.jsonl", answers);
  await mkdir(join(folder, "scores"));
  await write(
    "pairs.jsonl",
    answers.map(({ prompt, response }) => ({ prompt, chosen: response, rejected: "No idea." })),
  );
  await write(
    "candidates.jsonl",
    answers.map(({ prompt, response }) => ({ prompt, responses: [response, `${response}?`, "No idea."] })),
  );
  await write("answers.parquet", answers);
}
