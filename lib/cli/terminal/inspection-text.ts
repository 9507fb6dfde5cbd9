import { printableLine } from "./printable.js";
import { styled } from "./style.js";
import { bytes, table } from "./table.js";
import type { F16Losses } from "../../formats/floats/f16-losses.js";
import type { Inspection } from "../../check/inspect/inspection.js";

const KINDS: Readonly<Record<Inspection["kind"], string>> = {
  "model-folder": "model folder",
  gguf: "GGUF file",
  checkpoint: "Hugging Face checkpoint",
};

const ROLES: Readonly<Record<Inspection["sources"][number]["role"], string>> = {
  checkpoint: "made from",
  base: "and base",
  reference: "reference",
};

/** An inspection for people, the verdict first. */
export function inspectionText(inspection: Inspection, columns: number, isColored = false): string {
  const { name, kind, head, prompt, backbones, f16Losses, profile, assumptions, notes, verdict } = inspection;
  const facts: [string, string][] = [
    ["what", `${KINDS[kind]} ${inspection.path}`],
    ["model", name],
    ["backbone", backboneText(inspection)],
    ...backbones.map((file): [string, string] => [
      "",
      `${file.type}${file.isDefault ? " (default)" : ""}: ${file.file}, ${bytes(file.sizeBytes)}${fittedText(file)}${file.isPresent ? "" : ", MISSING"}`,
    ]),
    ...(f16Losses === null ? [] : [["in f16", lossesText(f16Losses)] as [string, string]]),
    ["head", head === null ? "none" : `${head.kind}: ${head.description}`],
    ...(head === null || head.attributes.length === 0
      ? []
      : [["attributes", head.attributes.join(", ")] as [string, string]]),
    ...inspection.sources.map((source): [string, string] => [ROLES[source.role], sourceText(source)]),
    ...(kind === "gguf" ? [] : [["profile", profile ?? "none"] as [string, string]]),
    ...(prompt === null
      ? []
      : ([
          ["scored", prompt.scored],
          ...(prompt.gating === null
            ? []
            : [["gate at", `the last ${JSON.stringify(prompt.gating)}`] as const]),
          ...(prompt.steps === null ? [] : [["steps", prompt.steps] as const]),
          ["BOS", `${prompt.bosCount} in front`],
          ["EOS", prompt.eosAppended ? "appended" : "not appended"],
          ...(prompt.date === null ? [] : [["date", `${prompt.date} (pinned)`] as const]),
          ...(prompt.normalization === null ? [] : [["text", `Unicode ${prompt.normalization}`] as const]),
          [
            "example",
            prompt.example === null ? "(the template refuses the example)" : JSON.stringify(prompt.example),
          ],
        ] as [string, string][])),
  ];
  return [
    ...wrap(verdict, columns)
      .split("\n")
      .map((line) => styled(isColored, "strong", printableLine(line))),
    "",
    table(facts),
    ...assumptions.map((assumption) => wrap(printableLine(`Assumed: ${assumption}`), columns)),
    ...notes.map((note) => wrap(printableLine(`Note: ${note}`), columns)),
  ].join("\n");
}

/** How records decided about a backbone's rounding. */
function fittedText({ fitted }: Inspection["backbones"][number]): string {
  if (fitted === null) return "";
  const { conversations, kept, largestError } = fitted;
  return [
    `, rounded by ${conversations} conversations`,
    ...(kept.length === 0 ? [] : [`${kept.length} matrices in 16 bits`]),
    ...(largestError === undefined
      ? []
      : [`rewards off by at most ${largestError.toPrecision(2)} of their standard deviation`]),
  ].join(", ");
}

/** Digits of a checksum that tell files apart. */
const CHECKSUM_DIGITS = 12;

function sourceText({ name, revision, files }: Inspection["sources"][number]): string {
  const weights = files.filter(({ file }) => !/\.(json|jinja|model)$/.test(file));
  const listed = weights.map(({ file, sha256 }) => `${file} ${sha256.slice(0, CHECKSUM_DIGITS)}`);
  return [revision === null ? name : `${name} at ${revision}`, ...listed].join(", ");
}

function backboneText({
  architecture,
  layerCount,
  hiddenSize,
  vocabSize,
  contextLength,
}: Inspection): string {
  const facts = [
    [layerCount, "layers"],
    [hiddenSize, "wide"],
    [vocabSize, "tokens"],
    [contextLength, "context"],
  ].flatMap(([value, unit]) => (value === null ? [] : [`${value ?? ""} ${unit ?? ""}`]));
  return [architecture, ...facts].join(", ");
}

function lossesText({ overflow, underflow, inexact }: F16Losses): string {
  const counts = [
    [overflow, "too large"],
    [underflow, "become 0"],
    [inexact, "are rounded"],
  ] as const;
  const lost = counts.filter(([count]) => count > 0);
  if (lost.length === 0) return "every weight of the checkpoint as it is";
  return `of the checkpoint's weights ${lost.map(([count, what]) => `${count.toLocaleString("en")} ${what}`).join(", ")}`;
}

function wrap(text: string, columns: number): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}
