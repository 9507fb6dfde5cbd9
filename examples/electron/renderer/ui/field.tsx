import type { ComponentChildren, JSX } from "preact";

interface FieldProps {
  id: string;
  label: string;
  /** What the field is for, in a sentence. */
  hint: string;
  problem?: string | undefined;
  children: ComponentChildren;
}

/** A labelled field with its hint, or with what is wrong in it. The control has the same `id` and `aria-describedby` of it. */
export function Field({ id, label, hint, problem, children }: FieldProps): JSX.Element {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      <p id={describedBy(id)} class={problem === undefined ? "hint" : "hint problem"}>
        {problem ?? hint}
      </p>
    </div>
  );
}

export const describedBy = (id: string): string => `${id}-hint`;
