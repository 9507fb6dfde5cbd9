/** Puts the keyboard's focus on an element that the next rendering brings, so that it never falls back to the page's beginning. */
export function focusSoon(id: string): void {
  requestAnimationFrame(() => {
    requestAnimationFrame(() => document.getElementById(id)?.focus());
  });
}
