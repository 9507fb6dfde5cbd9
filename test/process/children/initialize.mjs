// Starts llama.cpp with the libraries of the environment and prints what came of it.
import { createRequire } from "node:module";
import process from "node:process";

const { file, libraries } = JSON.parse(process.env.LLAMA_REWARD_TEST ?? "{}");
const addon = createRequire(import.meta.url)(file);
try {
  const { backends, failures, prefill } = addon.initialize(libraries);
  process.stdout.write(JSON.stringify({ backends, failures, prefill }));
} catch (error) {
  process.stdout.write(JSON.stringify({ code: error.code, message: error.message }));
}
