import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSaved } from "../workspace/use-saved.js";

const THEMES = ["system", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const LABELS: Readonly<Record<Theme, string>> = { system: "System colours", light: "Light", dark: "Dark" };

/** Chooses between the system's colours, light and dark; remembered by the browser. */
export function ThemeButton(): JSX.Element {
  const { value: theme, update } = useSaved<Theme>("theme", "system", (saved) =>
    THEMES.find((known) => known === saved),
  );
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  return (
    <label class="theme">
      <span class="visually-hidden">Colours</span>
      <select
        value={theme}
        onChange={(event) => {
          const chosen = event.currentTarget.value as Theme;
          update(() => chosen);
        }}
      >
        {THEMES.map((known) => (
          <option key={known} value={known}>
            {LABELS[known]}
          </option>
        ))}
      </select>
    </label>
  );
}
