/** Docker is not asked: these are the rules that image and composition are to keep, and the commands they run, read from their files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { makeProgram } from "../../lib/cli/program.js";
import type { CliIo } from "../../lib/cli/terminal/cli-io.js";

const ROOT = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

interface Service {
  image?: string;
  build?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  healthcheck?: object;
  volumes?: string[];
}

const { services } = parse(read("compose.yaml"), { merge: true }) as { services: Record<string, Service> };
/** The last stage: what runs. */
const stage =
  read("Dockerfile")
    .split(/^FROM /m)
    .at(-1) ?? "";

/** The linter, whose own types do not resolve from an ES module. */
interface Dclint {
  DCLinter: new (config: object) => {
    lintFiles: (files: string[], isRecursive: boolean) => { messages: { rule: string; message: string }[] }[];
  };
}
const dclint: unknown = await import("dclint");
const { DCLinter } = dclint as Dclint;

/** Where a file departs from the schema of the Compose Specification. Rules of style are the repository's own. */
function departures(file: string): string[] {
  const linter = new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] });
  const results = linter.lintFiles([file], false);
  expect(results).toHaveLength(1);
  return results
    .flatMap(({ messages }) => messages)
    .filter(({ rule }) => /^(?:invalid|unknown)-/.test(rule))
    .map(({ rule, message }) => `${rule}: ${message}`);
}

it("compose.yaml is what the Compose Specification takes", () => {
  expect(departures(join(ROOT, "compose.yaml"))).toEqual([]);
});

it.each([
  ["read_only: true", "readonly: true"],
  ["condition: service_healthy", "condition: healthy"],
  ["interval: 5s", "interval: [5s]"],
])("the Compose Specification takes no compose.yaml with %s changed to %s", (ours, wrong) => {
  const folder = mkdtempSync(join(tmpdir(), "llama-reward-compose-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, "compose.yaml");
  const text = read("compose.yaml");
  expect(text).toContain(ours);
  writeFileSync(file, text.replace(ours, wrong));
  expect(departures(file).join()).toMatch(/^invalid-schema: /);
});

it("the image runs as a numbered user other than root, from a base without compilers, and has a probe", () => {
  expect(stage).toMatch(/^node:\d+-\S+-slim\n/);
  expect(/^USER (\d+):\d+$/m.exec(stage)?.[1]).not.toMatch(/^0+$|^undefined$/);
  expect(stage).not.toMatch(/^RUN /m);
  expect(stage).toMatch(/^HEALTHCHECK [^]*\/health\/ready/m);
});

it("what the image has beside the package is what the tests were run with", () => {
  const { devDependencies, peerDependencies = {} } = JSON.parse(read("package.json")) as {
    devDependencies: Record<string, string>;
    peerDependencies?: Record<string, string>;
  };
  const installed = new Map(
    [...read("Dockerfile").matchAll(/ ((?:@[\w-]+\/)?[\w-]+)@(\d[\w.-]*)/g)].map(([, name, version]) => [
      name,
      version,
    ]),
  );
  for (const name of Object.keys(peerDependencies))
    expect(installed.get(name), name).toBe(devDependencies[name]);
});

it.each(Object.entries(services).filter(([, { build }]) => build !== undefined))(
  "%s has no rights, no file system to write to, and models that it cannot change",
  (_name, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
    expect(service.security_opt).toContain("no-new-privileges:true");
    for (const volume of service.volumes ?? []) expect(volume).toMatch(/:ro$|^\.\/out:/);
  },
);

/** What a service is called with by hand: behind `docker compose run`, in the file's first lines. */
const BY_HAND = new Map(
  [...read("compose.yaml").matchAll(/^# +docker compose run --rm ([\w-]+) (.+)$/gm)].map(
    ([, name = "", words = ""]) => [name, words.split(" ")],
  ),
);

it.each(Object.entries(services).filter(([, { build }]) => build !== undefined))(
  "the command line of %s is one of ours",
  async (name, { entrypoint = [], command = [] }) => {
    const [, , ...fixed] = entrypoint;
    const args = [...fixed, ...command, ...(BY_HAND.get(name) ?? [])];
    let acted = 0;
    const act = (): Promise<void> => {
      acted++;
      return Promise.resolve();
    };
    // Words alone: nothing is read, written or done.
    const program = makeProgram({} as CliIo, () => act);
    await program.parseAsync(args, { from: "user" });
    expect(acted).toBe(1);
  },
);

it("the server lets nobody in without a token", () => {
  const { command, environment } = services["server"] ?? {};
  expect(command).toContain("0.0.0.0");
  expect(environment?.["LLAMA_REWARD_TOKEN"]).toMatch(/^\$\{LLAMA_REWARD_TOKEN:\?.+\}$/);
});

it("the queue loses nothing to make room, and is asked how it is", () => {
  const { command, healthcheck } = services["queue"] ?? {};
  expect(command?.join(" ")).toContain("--maxmemory-policy noeviction");
  expect(healthcheck).toMatchObject({ test: ["CMD", "valkey-cli", "ping"] });
});
