// Runs `llama-reward serve …` on a free port until it says where it listens, and then ends it in good order:
//   node serve-once.mjs CLI serve ARGUMENTS…
import { spawn } from "node:child_process";

const [cli, ...args] = process.argv.slice(2);
const port = args.includes("--listen") ? [] : ["--port", "0"];
const server = spawn(process.execPath, [cli, ...args, ...port], { stdio: ["ignore", "pipe", "inherit"] });
let hasStarted = false;
server.stdout.on("data", () => {
  hasStarted = true;
  server.kill("SIGINT");
});
server.on("close", (code) => {
  process.exitCode = hasStarted && (code === 0 || code === 130) ? 0 : 1;
});
