/**
 * Tests that cannot pass under an emulator, for a reason of the emulator's own.
 * @typedef {object} KnownLimit
 * @property {string} reason
 * @property {readonly string[]} tests `file > names of the test`, or a file whose process ends before its tests do
 */

/**
 * Holds vitest's results against the known limits: every other test must pass, and a listed one that passes must leave the list.
 * @param {{ testResults: { name: string, status: string, message: string, assertionResults: { ancestorTitles: string[], title: string, status: string }[] }[] }} results
 * @param {string} folder that ran, below the clone
 * @param {readonly KnownLimit[]} limits
 */
export function judge(results, folder, limits) {
  const known = new Set(limits.flatMap(({ tests }) => tests));
  const seen = new Set();
  const counts = { passed: 0, failed: 0, excluded: 0, skipped: 0 };
  const problems = [];
  const count = (test, status, message) => {
    seen.add(test);
    if (status === "failed" && known.has(test)) counts.excluded++;
    else if (status === "failed") {
      counts.failed++;
      problems.push(`FAILED ${test}${message === undefined ? "" : `: ${message}`}`);
    } else if (status === "passed") {
      counts.passed++;
      if (known.has(test)) problems.push(`passes, so take it off the list of known limits: ${test}`);
    } else counts.skipped++;
  };
  for (const { name, status, message, assertionResults } of results.testResults) {
    const file = relativeName(name);
    for (const { ancestorTitles, title, status: outcome } of assertionResults)
      count([file, ...ancestorTitles, title].join(" > "), outcome);
    // A file that could not be loaded, or whose process died, has no failed test that says so.
    const hasFailure = assertionResults.some((assertion) => assertion.status === "failed");
    if (status === "failed" && !hasFailure) count(file, "failed", message.split("\n")[0]);
    else if (known.has(file)) count(file, "passed");
  }
  for (const test of known)
    if (isWithin(test, folder) && !seen.has(test))
      problems.push(`is not there, so take it off the list of known limits: ${test}`);
  if (counts.passed === 0) problems.push(`no test of ${folder} passed`);
  return { ...counts, problems };
}

/** vitest names files by whole paths, on Windows with a drive. */
function relativeName(name) {
  const parts = name.replaceAll("\\", "/").split("/clone/");
  return parts[parts.length - 1];
}

function isWithin(test, folder) {
  const [file] = test.split(" > ");
  return file === folder || file.startsWith(`${folder.replace(/\/$/, "")}/`);
}
