import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "../ui/dialog.js";
import { describedBy, Field } from "../ui/field.js";
import { checkSettings, DEFAULT_SETTINGS, type Settings } from "./settings.js";

interface SettingsDialogProps {
  settings: Settings;
  onUse: (settings: Settings) => void;
  onClose: () => void;
}

/** How models are loaded, and how what they say is ordered. */
export function SettingsDialog({ settings, onUse, onClose }: SettingsDialogProps): JSX.Element {
  const [draft, setDraft] = useState(settings);
  const { problems } = checkSettings(draft);
  const hasProblems = Object.keys(problems).length > 0;
  const change = (part: Partial<Settings>): void => {
    setDraft((old) => ({ ...old, ...part }));
  };
  const text = (
    key: "device" | "contextLength" | "penalty" | "maxStd",
    label: string,
    hint: string,
  ): JSX.Element => (
    <Field id={`setting-${key}`} label={label} hint={hint} problem={problems[key]}>
      <input
        id={`setting-${key}`}
        value={draft[key]}
        spellcheck={false}
        autocomplete="off"
        aria-invalid={problems[key] !== undefined}
        aria-describedby={describedBy(`setting-${key}`)}
        onInput={(event) => {
          change({ [key]: event.currentTarget.value });
        }}
      />
    </Field>
  );
  const choice = (
    key: "truncate" | "specialTokens",
    label: string,
    hint: string,
    options: Readonly<Record<string, string>>,
  ): JSX.Element => (
    <Field id={`setting-${key}`} label={label} hint={hint}>
      <select
        id={`setting-${key}`}
        value={draft[key]}
        aria-describedby={describedBy(`setting-${key}`)}
        onChange={(event) => {
          change({ [key]: event.currentTarget.value });
        }}
      >
        {Object.entries(options).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </Field>
  );
  return (
    <Dialog title="Settings" onClose={onClose}>
      <form
        class="settings"
        onSubmit={(event) => {
          event.preventDefault();
          if (!hasProblems) onUse(draft);
        }}
      >
        {text(
          "device",
          "Device",
          "auto, cpu, cuda, metal, vulkan, or one GPU as cuda:1. Empty: the best there is.",
        )}
        {text(
          "contextLength",
          "Context",
          "Longest conversation in tokens. Empty: by the model and the free memory.",
        )}
        {choice(
          "truncate",
          "Conversations that are too long",
          "What is cut changes the reward; the results say so.",
          {
            error: "are an error",
            left: "lose their beginning",
            right: "lose their end",
          },
        )}
        {choice("specialTokens", "Special tokens in the texts", "A text that spells them can forge turns.", {
          parse: "count as such, as published",
          literal: "stay text",
        })}
        {text("penalty", "Penalty", "Orders by reward − penalty × std. Empty: by the reward.")}
        {text("maxStd", "Largest std", "Answers with a larger one are not ranked. Empty: all are.")}
        <div class="actions">
          <button type="submit" class="primary" aria-disabled={hasProblems}>
            Use these
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              setDraft(DEFAULT_SETTINGS);
            }}
          >
            Back to the defaults
          </button>
        </div>
      </form>
    </Dialog>
  );
}
