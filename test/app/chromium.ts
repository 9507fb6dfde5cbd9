import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const KNOWN_PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser that `CHROMIUM_PATH` names, else one of the system; undefined where it is not there. None is ever downloaded. */
export function findChromium(): string | undefined {
  const chosen = process.env["CHROMIUM_PATH"];
  return (chosen === undefined ? KNOWN_PLACES : [chosen]).find((path) => existsSync(path));
}

export function launchChromium(executablePath: string): Promise<Browser> {
  // Containers often run as root, where Chromium's own sandbox refuses to start.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}
