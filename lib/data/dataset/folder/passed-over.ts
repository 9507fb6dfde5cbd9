/**
 * Files that stand beside data and are none, wherever they lie. Source: `FILES_TO_IGNORE` in datasets 5.2.0,
 * `src/datasets/data_files.py`; `state.json` is what `Dataset.save_to_disk` writes beside its tables.
 */
const NOTES: ReadonlySet<string> = new Set([
  "config.json",
  "dataset_dict.json",
  "dataset_info.json",
  "dataset_infos.json",
  "state.json",
]);

/**
 * Whether a path below a folder is none of its data: hidden files, and what lies in hidden folders or in those that tools
 * name with two underscores (`.git`, `.cache`, `.ipynb_checkpoints`, `._train.jsonl`, `__MACOSX`, `__pycache__`). Source: datasets
 * 5.2.0, `src/datasets/data_files.py`, `resolve_pattern`. A file that is named itself is always read.
 * @param path relative, with `/`
 */
export function isPassedOver(path: string): boolean {
  const parts = path.split("/");
  return (
    parts.some((part) => part.startsWith(".")) || parts.slice(0, -1).some((part) => part.startsWith("__"))
  );
}

/** Whether a file's name is that of a note beside data. */
export function isNote(path: string): boolean {
  return NOTES.has(path.slice(path.lastIndexOf("/") + 1));
}
