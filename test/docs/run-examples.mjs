// Runs examples one after the other, each in a folder of its own: [module, folder] pairs come as a message, what each threw goes
// back as one.
process.once("message", async (examples) => {
  const failures = {};
  for (const [module, folder] of examples) {
    process.chdir(folder);
    try {
      await import(module);
    } catch (error) {
      failures[module] = error?.stack ?? String(error);
    }
  }
  process.send(failures, () => process.exit());
});
