import type { ModelDescription } from "llama-reward/electron/renderer";
import type { JSX } from "preact";
import { headName } from "../ui/format.js";

/** The open model, and the way to another. */
export function ModelBadge({
  model,
  onChange,
}: {
  model: ModelDescription;
  onChange: () => void;
}): JSX.Element {
  return (
    <div class="model-badge">
      <strong title={model.name}>{model.name}</strong>
      <span class="facts">
        {headName(model.headKind)} · {model.architecture} · {model.type}
      </span>
      <button type="button" class="quiet" onClick={onChange}>
        Change model
      </button>
    </div>
  );
}
