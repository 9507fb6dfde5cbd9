import type { Progress } from "llama-reward/electron/renderer";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Backend, PullType } from "../backend.js";
import { formatBytes } from "../ui/format.js";
import { ProgressLine } from "../ui/progress-line.js";
import { useTask } from "../ui/use-task.js";
import { hubIdOf } from "./hub-id.js";

const TYPES: Readonly<Record<PullType, string>> = {
  auto: "as published",
  q8_0: "8 bits (q8_0)",
  q4_k_m: "4 bits (q4_k_m)",
};

const PHASES: Readonly<Record<string, string>> = {
  download: "Downloading",
  convert: "Converting",
  quantize: "Quantizing",
  check: "Checking",
};

/** Downloads a model from the Hub and converts it. What was downloaded before a cancel is not fetched again. */
export function PullForm({
  backend,
  onPulled,
}: {
  backend: Backend;
  onPulled: (path: string) => void;
}): JSX.Element {
  const [name, setName] = useState("");
  const [type, setType] = useState<PullType>("auto");
  const [problem, setProblem] = useState<string>();
  const [progress, setProgress] = useState<Progress>();
  const task = useTask();
  const pull = (): void => {
    const hubId = hubIdOf(name);
    setProblem(
      hubId === undefined
        ? "Write owner/name, or paste the address of the model’s page on the Hub."
        : undefined,
    );
    if (hubId === undefined) return;
    setProgress(undefined);
    task.run(async (signal) => {
      onPulled(await backend.pullModel(hubId, { type, signal, onProgress: setProgress }));
    });
  };
  const error = problem ?? task.error;
  return (
    <form
      class="pull-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!task.isRunning) pull();
      }}
    >
      <label for="hub-id">Model on the Hub</label>
      <div class="row">
        <input
          id="hub-id"
          value={name}
          placeholder="Ray2333/GRM-llama3.2-3B-sftreg"
          spellcheck={false}
          onInput={(event) => {
            setName(event.currentTarget.value);
          }}
        />
        <select
          aria-label="How its weights are kept"
          value={type}
          onChange={(event) => {
            setType(event.currentTarget.value as PullType);
          }}
        >
          {Object.entries(TYPES).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
        {task.isRunning ? (
          <button type="button" onClick={task.cancel}>
            Cancel
          </button>
        ) : (
          <button type="submit">Fetch</button>
        )}
      </div>
      {task.isRunning && (
        <ProgressLine
          label={describe(progress)}
          share={progress === undefined || progress.total === 0 ? 0 : progress.done / progress.total}
        />
      )}
      {error !== undefined && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}

function describe(progress: Progress | undefined): string {
  if (progress === undefined) return "Asking the Hub";
  const { phase, unit, done, total } = progress;
  const amount =
    unit === "bytes" ? ` ${formatBytes(done)}${total === 0 ? "" : ` of ${formatBytes(total)}`}` : "";
  return `${PHASES[phase] ?? "Working"}${amount}`;
}
