// node server.mjs MODEL [PORT]
import { serve } from "@hono/node-server";
import { RewardModel } from "llama-reward";
import { createApp } from "./app.mjs";

const [modelDir, port = "3000"] = process.argv.slice(2);
if (modelDir === undefined) {
  console.error("usage: node server.mjs MODEL [PORT]");
  process.exit(2);
}
const model = await RewardModel.load(modelDir);
const server = serve(
  { fetch: createApp(model).fetch, port: Number(port), hostname: "127.0.0.1" },
  (address) => {
    console.log(`http://127.0.0.1:${address.port}/best`);
  },
);
process.once("SIGINT", () => {
  server.close(() => void model.dispose());
});
