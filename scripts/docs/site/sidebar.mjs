/** The pages of the site in order; `npm run docs` fails when a page of docs/ is missing here. */
export const SIDEBAR = [
  section("Start", [
    ["index", "Overview"],
    ["install", "Installing"],
    ["models", "Models, memory, speed"],
    ["troubleshooting", "Troubleshooting"],
  ]),
  section("Guides", [
    ["best-of-n", "Best of n"],
    ["datasets", "Datasets"],
    ["judging", "Judging a model"],
    ["desktop", "Desktop apps"],
    ["serving", "Serving"],
    ["clients", "Clients"],
    ["many-machines", "Many machines"],
    ["jobs", "Jobs over a queue"],
    ["scaling", "Scaling"],
    ["process-rewards", "Process rewards"],
    ["ensembles", "Ensembles, language models"],
  ]),
  section("Reference", [
    ["command-line", "Command line"],
    ["api/index", "API"],
    ["accuracy", "Accuracy"],
    ["performance", "Performance"],
    ["limits", "Limits"],
    ["platforms", "Platforms"],
    ["comparison", "Beside other programs"],
  ]),
  section("Inside", [
    ["architecture", "Architecture"],
    ["contributing", "Contributing"],
    ["changelog", "Changelog"],
  ]),
];

function section(text, pages) {
  return { text, items: pages.map(([page, title]) => ({ text: title, link: `/${page}` })) };
}
