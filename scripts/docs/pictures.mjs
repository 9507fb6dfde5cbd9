// Makes the pictures of docs/images/ with the two trained models of examples/models: the report of `eval` (report.png) and what `rank`
// prints (rank.svg); a name as argument makes one of them. Needs a build and a Chromium (CHROMIUM_PATH). Takes some minutes: the models score real pairs.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { gunzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const ROOT = join(import.meta.dirname, "..", "..");
const IMAGES = join(ROOT, "docs", "images");
/** Pairs of the held-out set that are scored for the report. */
const PAIRS = 120;
/** A README may not weigh much. */
const MOST_BYTES = 150_000;

/** What the codes of a terminal look like. */
const STYLES = {
  1: 'font-weight="bold"',
  2: 'fill="#a3abba"',
  31: 'fill="#f08a72"',
  32: 'fill="#55c08a"',
  33: 'fill="#f0c04b"',
};

const folder = mkdtempSync(join(tmpdir(), "llama-reward-pictures-"));
try {
  const wanted = process.argv.slice(2);
  if (wanted.length === 0 || wanted.includes("rank")) write("rank.svg", terminalPicture(...rankOutput()));
  if (wanted.length === 0 || wanted.includes("report")) await reportPicture();
} finally {
  rmSync(folder, { recursive: true });
}

function run(args, env = {}) {
  return execFileSync(process.execPath, [join(ROOT, "dist/cli/main.js"), ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** The README's first command and what it prints. */
function rankOutput() {
  const command = [
    "$ llama-reward rank examples/models/smol-grm \\",
    '    --prompt "How do I boil an egg?" \\',
    '    --response "Put it in boiling water for eight minutes." \\',
    '    --response "Water water water water." --response "I don\'t know."',
  ];
  const responses = [
    "Put it in boiling water for eight minutes.",
    "Water water water water.",
    "I don't know.",
  ];
  const args = ["rank", join(ROOT, "examples/models/smol-grm"), "--prompt", "How do I boil an egg?"];
  return [
    command,
    run([...args, ...responses.flatMap((text) => ["--response", text])], { FORCE_COLOR: "1" }),
  ];
}

async function reportPicture() {
  const lines = gunzipSync(readFileSync(join(ROOT, "scripts/train/held-out.jsonl.gz")))
    .toString()
    .trimEnd()
    .split("\n");
  const rows = lines.filter((_, index) => index % Math.floor(lines.length / PAIRS) === 0).slice(0, PAIRS);
  writeFileSync(join(folder, "held-out.jsonl"), `${rows.join("\n")}\n`);
  const evaluate = (model, ...more) =>
    run([
      "eval",
      "pairs",
      join(ROOT, "examples/models", model),
      "--data",
      "held-out.jsonl",
      "--out",
      model,
      "--quiet",
      ...more,
    ]);
  evaluate("smol-urm");
  evaluate("smol-grm", "--against", "smol-urm");
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 900, height: 900 }, colorScheme: "light" });
    await page.goto(pathToFileURL(join(folder, "smol-grm/report.html")).href);
    write("report.png", await page.screenshot());
  } finally {
    await browser.close();
  }
}

/** Lines of a terminal with their weight and colour. */
function terminalPicture(command, output) {
  const lines = [...command, ...output.trimEnd().split("\n")];
  const columns = Math.max(...lines.map((line) => stripVTControlCharacters(line).length));
  const [width, height] = [Math.ceil(columns * 8.43) + 32, lines.length * 20 + 28];
  const text = lines.map(
    (line, row) => `<text x="16" y="${row * 20 + 30}" xml:space="preserve">${spans(line)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Output of llama-reward rank">
<rect width="100%" height="100%" rx="8" fill="#1d2129"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e6e9ef">
${text.join("\n")}
</g>
</svg>
`;
}

/** Pieces of a line, each in the look that the code before it asks for. */
function spans(line) {
  const [plain, ...rest] = line.split("\u001b[");
  const pieces = [
    ["0", plain],
    ...rest.map((piece) => [piece.slice(0, piece.indexOf("m")), piece.slice(piece.indexOf("m") + 1)]),
  ];
  return pieces
    .filter(([, text]) => text !== "")
    .map(([code, text]) => `<tspan${code in STYLES ? ` ${STYLES[code]}` : ""}>${escaped(text)}</tspan>`)
    .join("");
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function write(name, content) {
  if (Buffer.byteLength(content) > MOST_BYTES)
    throw new Error(`${name} has ${Buffer.byteLength(content)} bytes.`);
  writeFileSync(join(IMAGES, name), content);
  process.stdout.write(`${name}: ${Buffer.byteLength(content)} bytes\n`);
}
