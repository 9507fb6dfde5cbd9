/** The pages of the site in order; `npm run docs` fails when a page of docs/ is missing here, or one here is not there. */
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
    ["process-rewards", "Process rewards"],
    ["ensembles", "Ensembles, language models"],
  ]),
  section("Reference", [
    ["api/index", "API"],
    ["command-line", "Command line"],
    ["accuracy", "Accuracy"],
    ["performance", "Performance"],
    ["limits", "Limits"],
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
