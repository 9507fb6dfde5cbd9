// Loaded into every emulated Node: what it starts by its own path must go through the emulator again.
process.execPath = process.env.LLAMA_REWARD_EMULATED_NODE;
