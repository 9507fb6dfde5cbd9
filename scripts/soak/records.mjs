// Records for soak tests: some share a prompt with their neighbours, every hundredth is a bad one.
import { createWriteStream } from "node:fs";
import { once } from "node:events";

const WORDS = "the a red green small kind of answer that counts from one to ten and says why it is so".split(
  " ",
);

/** The same records for the same numbers. */
export function record(index, words) {
  if (index % 100 === 99) return { id: index, prompt: `Question ${index}?` };
  const prompt = `Question ${Math.floor(index / 3)}: what comes next?`;
  const answer = Array.from(
    { length: words },
    (_, at) => WORDS[(index * 7 + at * (1 + (index % 5))) % WORDS.length],
  );
  return index % 2 === 0
    ? { id: index, prompt, response: answer.join(" ") }
    : { id: index, prompt, responses: [answer.join(" "), answer.toReversed().join(" ")] };
}

export async function writeRecords(file, count, words) {
  const out = createWriteStream(file);
  for (let index = 0; index < count; index++)
    if (!out.write(`${JSON.stringify(record(index, words))}\n`)) await once(out, "drain");
  out.end();
  await once(out, "finish");
}
