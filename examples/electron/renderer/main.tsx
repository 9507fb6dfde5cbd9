import { render } from "preact";
import { App } from "./app.js";
import type { Backend } from "./backend.js";
import { browserBackend } from "./browser-backend.js";
import { electronBackend, type DesktopBridge } from "./electron-backend.js";

const root = document.getElementById("app");
if (root === null) throw new Error("The page has no #app.");
// A file that is dropped beside its zone would take the place of the page.
for (const type of ["dragover", "drop"]) {
  window.addEventListener(type, (event) => {
    event.preventDefault();
  });
}
render(<App backend={backend()} />, root);

function backend(): Backend {
  const { desktop } = window as { desktop?: DesktopBridge };
  if (desktop !== undefined) return electronBackend(desktop);
  return browserBackend(takeToken());
}

/** The token is the address's fragment, which no server sees. It goes from the address bar into the tab's storage. */
function takeToken(): string {
  const given = location.hash.slice(1);
  try {
    const token = given || (sessionStorage.getItem("token") ?? "");
    sessionStorage.setItem("token", token);
    history.replaceState(null, "", location.pathname);
    return token;
  } catch {
    // The storage is switched off: it stays where it is, for a reload.
    return given;
  }
}
