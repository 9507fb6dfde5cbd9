import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/** How long after a change it is written: not with every key, and soon enough for a page that is closed. */
const DELAY_MS = 300;

/** A value that outlives the page, in the browser's own storage. */
export interface Saved<T> {
  value: T;
  /** @param change from the newest value, also when several changes come at once */
  update: (change: (old: T) => T) => void;
  /** False when the storage is full or switched off: then the value lives as long as the page. */
  isKept: boolean;
}

/**
 * @param read makes a value of what was kept, which another version may have written
 * @param shorten a smaller value, for a storage that is too small for the whole
 * @param isShared whether what another window keeps is taken over at once, else that window's is overwritten with the next change here
 */
export function useSaved<T>(
  key: string,
  initial: T,
  read: (value: unknown) => T | undefined,
  shorten: (value: T) => T = (value) => value,
  isShared = false,
): Saved<T> {
  const [value, setValue] = useState<T>(() => load(key, read) ?? initial);
  const [isKept, setIsKept] = useState(true);
  const newest = useRef(value);
  const written = useRef(value);
  const write = useCallback(() => {
    if (written.current === newest.current) return;
    written.current = newest.current;
    setIsKept(save(key, newest.current) || save(key, shorten(newest.current)));
  }, []);
  useEffect(() => {
    const timer = setTimeout(write, DELAY_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [value]);
  useEffect(() => {
    // Closed or put aside: there is no later.
    window.addEventListener("pagehide", write);
    document.addEventListener("visibilitychange", write);
    return () => {
      window.removeEventListener("pagehide", write);
      document.removeEventListener("visibilitychange", write);
    };
  }, []);
  useEffect(() => {
    const takeOver = (event: StorageEvent): void => {
      if (event.key !== key) return;
      newest.current = written.current = load(key, read) ?? initial;
      setValue(newest.current);
    };
    if (isShared) window.addEventListener("storage", takeOver);
    return () => {
      window.removeEventListener("storage", takeOver);
    };
  }, []);
  const update = useCallback((change: (old: T) => T) => {
    newest.current = change(newest.current);
    setValue(newest.current);
  }, []);
  return { value, update, isKept };
}

function load<T>(key: string, read: (value: unknown) => T | undefined): T | undefined {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : read(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function save(key: string, value: unknown): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
