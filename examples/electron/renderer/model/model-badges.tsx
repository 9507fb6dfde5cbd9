import type { JSX } from "preact";
import type { ModelPlace } from "../backend.js";
import { headName } from "../ui/format.js";
import type { Models } from "./use-models.js";

interface ModelBadgeProps {
  models: Models;
  /** Another model is to be chosen for a place. */
  onPick: (place: ModelPlace) => void;
}

/** The open models, and the way to others. */
export function ModelBadges({ models, onPick }: ModelBadgeProps): JSX.Element {
  const { first, second } = models.at;
  return (
    <div class="model-badges">
      {(["first", "second"] as const).map((place) => {
        const model = models.at[place]?.scorer.description;
        return (
          model !== undefined && (
            <div class="model-badge" key={place}>
              <strong title={model.name}>{model.name}</strong>
              <span class="facts">
                {headName(model.headKind)} · {model.architecture} · {model.type}
              </span>
              <button
                type="button"
                class="quiet"
                id={`change-${place}`}
                aria-label={place === "first" ? "Change model" : "Change the second model"}
                onClick={() => {
                  onPick(place);
                }}
              >
                Change
              </button>
              {place === "second" && first !== undefined && (
                <button
                  type="button"
                  class="quiet"
                  aria-label="Close the second model"
                  onClick={() => {
                    void models.close("second");
                    document.getElementById("change-first")?.focus();
                  }}
                >
                  ×
                </button>
              )}
            </div>
          )
        );
      })}
      {second === undefined && (
        <button
          type="button"
          class="quiet"
          id="add-second"
          aria-label="Compare with another model"
          onClick={() => {
            onPick("second");
          }}
        >
          Compare
        </button>
      )}
    </div>
  );
}
