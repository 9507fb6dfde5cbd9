/**
 * Converts a checkpoint that cannot be converted again and again, and aborts a sound one at every moment.
 * Arguments: module, broken checkpoint, sound checkpoint, folder to write in, how often.
 */
import { join } from "node:path";

const [module, broken, sound, work, times] = process.argv.slice(2);
const { convertCheckpoint } = await import(module);

const counts = {};
const count = (what) => {
  counts[what] = (counts[what] ?? 0) + 1;
};
for (let i = 0; i < Number(times); i++) {
  await convertCheckpoint(broken, join(work, `broken-${i}`)).then(
    () => count("converted"),
    (error) => count(error.code ?? error.message),
  );
  const controller = new AbortController();
  let calls = 0;
  const abort = () => controller.abort(new Error("aborted"));
  if (i % 4 === 0) setTimeout(abort, i);
  await convertCheckpoint(sound, join(work, `sound-${i}`), {
    signal: controller.signal,
    onProgress: () => {
      if (i % 4 !== 0 && ++calls === i % 37) abort();
      else if (calls > 37) abort();
    },
  }).then(
    () => count("converted"),
    (error) => count(error.message),
  );
}
process.stdout.write(JSON.stringify(counts));
