/** A template that Jinja2 would not compile, or that is written with something this engine refuses to guess at. */
export class JinjaSyntaxError extends SyntaxError {}

/** Python's exceptions, as far as something catches one of them. */
export type ExceptionKind =
  | "AttributeError"
  | "IndexError"
  | "KeyError"
  | "OverflowError"
  | "RuntimeError"
  | "TypeError"
  | "UndefinedError"
  | "ValueError"
  | "ZeroDivisionError";

/** What Python or Jinja2 would raise at this place. */
export class PythonError extends Error {
  readonly kind: ExceptionKind;

  constructor(kind: ExceptionKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Jinja2 would render this, and this engine cannot be sure to render the same: refused, whoever would catch it in Python. */
export class UnsupportedError extends Error {}

export function typeError(message: string): PythonError {
  return new PythonError("TypeError", message);
}

export function valueError(message: string): PythonError {
  return new PythonError("ValueError", message);
}

/** Whether Python's `except` of those kinds would catch it. */
export function isRaised(error: unknown, ...kinds: ExceptionKind[]): boolean {
  return error instanceof PythonError && kinds.includes(error.kind);
}
