import type { JSX } from "preact";

interface TextBoxProps {
  id: string;
  /** For screen readers; what is visible beside it says the same. */
  label: string;
  value: string;
  placeholder?: string;
  onChange: (text: string) => void;
  /** Takes a pasted text, and what the field would be with it; true when it was used up. */
  onPaste?: (text: string, whole: string) => boolean;
}

/** A text area that grows with its text. */
export function TextBox({ id, label, value, placeholder, onChange, onPaste }: TextBoxProps): JSX.Element {
  return (
    <textarea
      id={id}
      aria-label={label}
      rows={1}
      value={value}
      placeholder={placeholder}
      onInput={(event) => {
        onChange(event.currentTarget.value);
      }}
      onPaste={(event) => {
        const { selectionStart, selectionEnd } = event.currentTarget;
        const pasted = event.clipboardData?.getData("text/plain") ?? "";
        const whole = value.slice(0, selectionStart) + pasted + value.slice(selectionEnd);
        if (onPaste?.(pasted, whole) === true) event.preventDefault();
      }}
    />
  );
}
