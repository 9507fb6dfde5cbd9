import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Candidate } from "../../workspace/draft.js";
import { hueOf } from "../../ui/letter-badge.js";
import { differenceOf, type Segment } from "./difference.js";

/** What one answer says otherwise than another. */
export function DiffView({
  candidates,
  first,
}: {
  candidates: readonly Candidate[];
  first: string;
}): JSX.Element {
  const [isOpen, setIsOpen] = useState(false);
  const [chosen, setChosen] = useState<readonly [string, string]>();
  const other = candidates.find(({ name }) => name !== first)?.name ?? first;
  const known = (name: string): boolean => candidates.some((candidate) => candidate.name === name);
  const [a, b] = chosen?.every(known) === true ? chosen : ([first, other] as const);
  const textOf = (name: string): string =>
    candidates.find((candidate) => candidate.name === name)?.text ?? "";
  return (
    <details
      class="diff"
      onToggle={(event) => {
        setIsOpen(event.currentTarget.open);
      }}
    >
      <summary>Compare two answers word by word</summary>
      {isOpen && (
        <>
          <div class="row">
            <Chooser
              label="First answer"
              names={candidates}
              value={a}
              onChange={(name) => {
                setChosen([name, b]);
              }}
            />
            <Chooser
              label="Second answer"
              names={candidates}
              value={b}
              onChange={(name) => {
                setChosen([a, name]);
              }}
            />
          </div>
          <Difference a={a} b={b} first={textOf(a)} second={textOf(b)} />
        </>
      )}
    </details>
  );
}

interface ChooserProps {
  label: string;
  names: readonly Candidate[];
  value: string;
  onChange: (name: string) => void;
}

function Chooser({ label, names, value, onChange }: ChooserProps): JSX.Element {
  return (
    <label>
      {label}{" "}
      <select
        value={value}
        onChange={(event) => {
          onChange(event.currentTarget.value);
        }}
      >
        {names.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

/** Beside colour, what is only in one of them is struck out or underlined. */
function Difference(texts: { a: string; b: string; first: string; second: string }): JSX.Element {
  const { a, b, first, second } = texts;
  const segments = useMemo(() => differenceOf(first, second), [first, second]);
  const isSame = segments.every(({ kind }) => kind === "same");
  return (
    <>
      <p class="hint">
        {isSame ? (
          "The two are the same."
        ) : (
          <>
            <del class={hueOf(a)}>Struck out</del>: only in {a}. <ins class={hueOf(b)}>Underlined</ins>: only
            in {b}.
          </>
        )}
      </p>
      <p class="diff-text">{segments.map((segment) => show(segment, a, b))}</p>
    </>
  );
}

function show({ kind, text }: Segment, a: string, b: string): JSX.Element | string {
  if (kind === "same") return text;
  return kind === "first" ? <del class={hueOf(a)}>{text}</del> : <ins class={hueOf(b)}>{text}</ins>;
}
