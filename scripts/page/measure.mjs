/** Measures the desktop example's page in headless Chromium, with the tiny models: `npm run measure:page`. */
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const { module } = await runnerImport(fileURLToPath(new URL("measure-page.ts", import.meta.url)), {
  configFile: false,
  logLevel: "error",
});
await module.measurePage();
