import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "../../ui/dialog.js";
import { asCommand } from "./as-command.js";
import { asCurl } from "./as-curl.js";
import { asTypeScript } from "./as-typescript.js";
import type { RankCall } from "./call.js";

const FORMS: readonly { name: string; write: (call: RankCall) => string }[] = [
  { name: "TypeScript", write: asTypeScript },
  { name: "curl", write: asCurl },
  { name: "command", write: asCommand },
];

/** The ranking for use outside this page. */
export function CopyMenu({ call }: { call: RankCall }): JSX.Element {
  const [copied, setCopied] = useState("");
  const [shown, setShown] = useState<string>();
  const copy = (name: string, text: string): void => {
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied(`Copied as ${name}.`);
      },
      // Not allowed here: the user can still take it by hand.
      () => {
        setShown(text);
      },
    );
  };
  return (
    <div class="actions copy-menu">
      <span class="hint">Copy as</span>
      {FORMS.map(({ name, write }) => (
        <button
          key={name}
          type="button"
          class="quiet"
          aria-label={`Copy as ${name}`}
          onClick={() => {
            copy(name, write(call));
          }}
        >
          {name}
        </button>
      ))}
      <span class="hint" role="status">
        {copied}
      </span>
      {shown !== undefined && (
        <Dialog
          title="Copy"
          onClose={() => {
            setShown(undefined);
          }}
        >
          <textarea class="code" rows={12} readOnly value={shown} aria-label="Text to copy" />
        </Dialog>
      )}
    </div>
  );
}
