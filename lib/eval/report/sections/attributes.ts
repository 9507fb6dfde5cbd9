import type { AttributeMean } from "../../items/attribute-means.js";
import { decimal } from "../html/format.js";
import { html } from "../html/html.js";
import type { Section } from "../report-page.js";
import { drawing, number, words } from "../tables/cells.js";
import { dataTable } from "../tables/data-table.js";
import { dotAxis, dotPlot, scaleOf } from "../tables/dot-plot.js";

/** Means of the attributes that a head predicts, of chosen and of rejected answers; null where it predicts none. */
export function attributesSection(attributes: readonly AttributeMean[]): Section | null {
  if (attributes.length === 0) return null;
  const scale = scaleOf(
    attributes.flatMap(({ chosen, rejected }) => [{ value: chosen }, { value: rejected }]),
  );
  const hasGate = attributes.some(({ gate }) => gate !== undefined);
  return {
    id: "attributes",
    title: "Attributes",
    body: html`<p>
        Mean of each attribute over chosen (circles) and rejected answers (triangles). A difference near 0
        says that the attribute does not tell them apart here.
      </p>
      ${dataTable({
        id: "attributes",
        title: "Mean of each attribute over chosen and rejected answers",
        columns: [
          { title: "Attribute", isText: true },
          { title: dotAxis(scale, (value) => decimal(value)), isPlot: true },
          { title: "Chosen" },
          { title: "Rejected" },
          { title: "Difference" },
          ...(hasGate ? [{ title: "Mean gate", hint: "Mean weight that the head's gate gave it" }] : []),
        ],
        groups: [
          {
            name: "",
            rows: attributes.map(({ name, chosen, rejected, gate }) => ({
              cells: [
                words(name),
                drawing(
                  dotPlot(scale, [
                    { value: chosen, label: `${name}, chosen: ${decimal(chosen)}`, kind: "good" },
                    {
                      value: rejected,
                      label: `${name}, rejected: ${decimal(rejected)}`,
                      kind: "bad",
                      shape: 3,
                    },
                  ]),
                ),
                number(chosen),
                number(rejected),
                number(chosen - rejected),
                ...(hasGate ? [number(gate)] : []),
              ],
            })),
          },
        ],
      })}`,
  };
}
