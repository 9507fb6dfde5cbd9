/** A program that uses a hosted model and forgets to dispose it: `fake-parent HOST_SCRIPT [wait]`. */
import { startScoringHost } from "../../../lib/serve/host/index.js";

const [, , entry, wait] = process.argv;
if (entry === undefined) throw new Error("Name the host script.");
const model = await startScoringHost("fake", { entry, hosts: ["child-process"] });
const { reward } = await model.score([{ role: "user", content: "a" }]);
process.stdout.write(`${JSON.stringify({ reward, pid: model.host.pid })}\n`);
if (wait === "wait") setInterval(() => undefined, 1000);
