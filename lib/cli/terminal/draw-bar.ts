/** Columns of a bar; on a narrow terminal it gets what the words leave. */
const BAR_WIDTH = 24;
const MIN_BAR_WIDTH = 4;
/** Brackets and blank of a bar. */
const BAR_FRAME = 3;

/**
 * One line of progress that fits the terminal: where words and bar have no room, words are shortened first, then the bar
 * goes, then the sharing factor. The last column stays free, because some terminals wrap once it is filled.
 * @param words what `Rate.describe` says
 * @param total 0 means that it is not known: then there is no bar
 */
export function drawBar(words: string, done: number, total: number, columns: number): string {
  const room = columns - 1;
  const short = abbreviated(words);
  const smallestBar = total > 0 ? BAR_FRAME + MIN_BAR_WIDTH : 0;
  const forms = [
    { text: words, reserved: total > 0 ? BAR_FRAME + BAR_WIDTH : 0 },
    { text: short, reserved: smallestBar },
    { text: short, reserved: 0 },
    { text: short.replace(/, sharing [^,]+/, ""), reserved: smallestBar },
  ];
  const text = forms.find((form) => form.text.length + form.reserved <= room)?.text ?? short.slice(0, room);
  const width = Math.min(BAR_WIDTH, room - text.length - BAR_FRAME);
  if (total <= 0 || width < MIN_BAR_WIDTH) return text;
  const filled = Math.round((width * Math.min(done, total)) / total);
  return `[${"=".repeat(filled).padEnd(width)}] ${text}`;
}

function abbreviated(words: string): string {
  return words
    .replace(/(\d) records,/, "$1,")
    .replace("records/s", "rec/s")
    .replace(/\b(\d+)\d{3} tokens\/s/, "$1k tok/s")
    .replace("tokens/s", "tok/s");
}
