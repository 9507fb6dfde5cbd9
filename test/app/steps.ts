/** What a user does in the app, in a browser or in Electron. */
import type { Page } from "playwright-core";

/** Opens a model from the list. */
export async function openModel(page: Page, name: string): Promise<void> {
  await page
    .getByRole("list", { name: "Model folders found" })
    .getByRole("button", { name: new RegExp(`^${name} `) })
    .click();
  await page.getByRole("tab", { name: "Rank answers" }).waitFor();
}

/** Fills in a conversation and candidates, adding fields as needed. */
export async function writeCandidates(
  page: Page,
  prompt: string,
  candidates: readonly string[],
): Promise<void> {
  await page.getByRole("textbox", { name: "Message 1", exact: true }).fill(prompt);
  for (const [index, text] of candidates.entries()) {
    const field = page.getByRole("textbox", { name: `Candidate ${letter(index)}`, exact: true });
    if ((await field.count()) === 0) await page.getByRole("button", { name: "Add candidate" }).click();
    await field.fill(text);
  }
}

/** Ranks by click and waits for the dots. @returns milliseconds from click to dots, as the page saw them */
export async function rank(page: Page, count: number): Promise<number> {
  await page.evaluate(`void (window.clicked = new Promise((resolve) => {
    document.querySelector("button.primary").addEventListener("click", () => {
      const start = performance.now();
      const look = () => {
        const isDone = document.querySelectorAll(".dots .dot").length === ${count}
          && document.querySelector(".results").getAttribute("aria-busy") === "false";
        if (isDone) requestAnimationFrame(() => resolve(performance.now() - start));
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, { once: true });
  }))`);
  await page.getByRole("button", { name: "Rank answers" }).click();
  return await page.evaluate("window.clicked");
}

/** The ranked answers from top to bottom. */
export async function dots(page: Page): Promise<{ name: string; reward: number; text: string }[]> {
  const rows = await page.locator(".dot-row").all();
  return Promise.all(
    rows.map(async (row) => {
      const part = async (selector: string): Promise<string> =>
        (await row.locator(selector).textContent()) ?? "";
      return {
        name: await part(".letter"),
        reward: Number((await part(".reward")).replace("\u2212", "-")),
        text: await part(".dot-text"),
      };
    }),
  );
}

/** Pastes a text into a field. */
export async function paste(page: Page, field: string, text: string): Promise<void> {
  await page.getByRole("textbox", { name: field, exact: true }).focus();
  await page.evaluate(`(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", ${JSON.stringify(text)});
    document.activeElement.dispatchEvent(
      new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData }),
    );
  })()`);
}

/** Chooses a file on the file tab. */
export async function chooseFile(page: Page, name: string, lines: readonly string[]): Promise<void> {
  await page.getByRole("tab", { name: "Score a file" }).click();
  await page
    .locator("input[type=file]")
    .setInputFiles({ name, mimeType: "application/x-ndjson", buffer: Buffer.from(lines.join("\n")) });
  await page
    .locator(".file-name", { hasText: `${name} ${new Intl.NumberFormat("en").format(lines.length)} record` })
    .waitFor();
}

function letter(index: number): string {
  return String.fromCharCode(65 + index);
}
