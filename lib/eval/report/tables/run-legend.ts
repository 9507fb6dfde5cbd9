import { html, Markup } from "../html/html.js";
import { SHAPES, type Dot } from "./dot-plot.js";

/** Colours that the page has for runs; further runs take them again, with another shape. */
const COLOURS = 6;

/** Colour and shape of a run by its place. */
export function runKind(place: number): Pick<Dot, "kind" | "shape"> {
  return { kind: `run-${place % COLOURS}`, shape: place };
}

/** Which run is which. */
export function runLegend(runs: readonly { name: string }[]): Markup {
  return html`<ul class="legend">
    ${runs.map(({ name }, place) => {
      const { kind, shape = 0 } = runKind(place);
      const path = new Markup(`<path d="${SHAPES[shape % SHAPES.length] ?? ""}" />`);
      return html`<li class="${kind}">
        <svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true">${path}</svg><span>${name}</span>
      </li>`;
    })}
  </ul>`;
}
