import type { Page } from "playwright-core";
import { beforeEach, describe, expect, it } from "vitest";
import { hasChromium, PageSetup, titled } from "./page-setup.js";
import { dots, openModel, paste, rank, writeCandidates } from "./steps.js";

describe.skipIf(!hasChromium)(titled("what is typed into the page"), () => {
  const setup = PageSetup.use();
  let page: Page;
  beforeEach(() => {
    page = setup.page;
  });
  const value = (name: string): Promise<string> =>
    page.getByRole("textbox", { name, exact: true }).inputValue();
  const press = (name: string | RegExp): Promise<void> => page.getByRole("button", { name }).click();

  it("outlives the page, another model, and a model that cannot be opened", async () => {
    await openModel(page, "value");
    await writeCandidates(page, "Q", ["a", "b", "c"]);
    await press("Remove candidate B");
    await page.reload();
    await openModel(page, "gated");
    expect([await value("Message 1"), await value("Candidate A"), await value("Candidate C")]).toEqual([
      "Q",
      "a",
      "c",
    ]);
    await press(/^Undo/);
    expect(await value("Candidate B")).toBe("b");
    await press("Change model");
    await page.getByRole("textbox", { name: "Model folder" }).fill("missing");
    await page.getByRole("button", { name: "Open", exact: true }).click();
    expect(await page.getByRole("alert").textContent()).toBe(
      "MODEL_NOT_FOUND: There is no model folder missing.",
    );
    await openModel(page, "process");
    expect([await value("Message 1"), await value("Candidate B")]).toEqual(["Q", "b"]);
  });

  it.each([
    ["switched off", 'get() { throw new DOMException("denied", "SecurityError"); }'],
    [
      "full",
      'value: { getItem: () => null, setItem() { throw new DOMException("full", "QuotaExceededError"); } }',
    ],
  ])("can be ranked, with a word about it, when the storage is %s", async (_what, descriptor) => {
    await page.goto("about:blank");
    await page.addInitScript(`for (const name of ["localStorage", "sessionStorage"])
      Object.defineProperty(window, name, { ${descriptor} });`);
    await page.goto(setup.server.address);
    await openModel(page, "value");
    await writeCandidates(page, "Q", ["a", "b", "c"]);
    await rank(page, 3);
    await page.getByRole("combobox", { name: "Colours" }).selectOption("dark");
    await page.getByText("storage is full or switched off").waitFor();
    expect(await page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
    await page.reload();
    await openModel(page, "value");
  });

  it("comes back after an example, a clearing and a paste", async () => {
    await openModel(page, "value");
    await writeCandidates(page, "Q", ["a", "b"]);
    await press("Fill in an example");
    expect(await value("Message 1")).toMatch(/neighbour/);
    await press("Clear");
    expect(await value("Message 1")).toBe("");
    await press("Undo: Fields cleared");
    await press("Undo: Example filled in");
    expect([await value("Message 1"), await value("Candidate B")]).toEqual(["Q", "b"]);
    await press("Redo: Example filled in");
    expect(await value("Message 1")).toMatch(/neighbour/);
  });

  it("is taken apart when it is JSON, and is text again after an undo", async () => {
    await openModel(page, "value");
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
    ];
    await paste(page, "Message 1", JSON.stringify({ messages }));
    expect(await value("Message 2")).toBe("Hi");
    await paste(page, "Candidate A", '["x","y","z"]');
    expect(await value("Candidate C")).toBe("z");
    await press(/^Undo/);
    expect(await value("Candidate A")).toBe('["x","y","z"]');
    await press("Paste JSON…");
    const field = page.getByRole("textbox", { name: "JSON" });
    await field.fill('{"a":1}');
    await page.getByRole("dialog").getByRole("button", { name: "Fill in" }).click();
    expect(await page.getByRole("alert").textContent()).toMatch(/neither messages nor answers/);
    await field.fill('{"conversations":[{"from":"human","value":"Why?"},{"from":"gpt","value":"So."}]}');
    await page.getByRole("dialog").getByRole("button", { name: "Fill in" }).click();
    expect(await value("Message 1")).toBe("Why?");
    expect(await value("Candidate B")).toBe("So.");
  });

  it("can be a conversation of any length, with a system prompt, in another order", async () => {
    await openModel(page, "value");
    await page.getByRole("textbox", { name: "Message 1" }).fill("first");
    await press("Add message");
    await expect.poll(() => page.evaluate<string>("document.activeElement.id")).toBe("message-1");
    await page.keyboard.type("second");
    await press("Add system prompt");
    await expect.poll(() => page.evaluate<string>("document.activeElement.id")).toBe("message-0");
    await page.keyboard.type("Be brief.");
    expect(await page.getByRole("combobox", { name: "Role of message 1" }).inputValue()).toBe("system");
    await press("Move message 3 up");
    expect([await value("Message 1"), await value("Message 2"), await value("Message 3")]).toEqual([
      "Be brief.",
      "second",
      "first",
    ]);
  });

  it("marks results as old when it is edited, until they are ranked again", async () => {
    await openModel(page, "value");
    await writeCandidates(page, "Q", ["a", "b", "c"]);
    await rank(page, 3);
    expect(await page.locator(".stale").count()).toBe(0);
    await page.getByRole("textbox", { name: "Candidate B" }).fill("b2");
    expect(await page.locator(".stale").textContent()).toMatch(/^Since this ranking B changed\./);
    expect(await page.locator(".dot-row.edited .letter").allTextContents()).toEqual(["B"]);
    await press("Rank again");
    await page.locator(".stale").waitFor({ state: "detached" });
    expect((await dots(page)).map(({ text }) => text)).toContain("b2");
  });

  it("is kept with every ranking, and comes back from there", async () => {
    await openModel(page, "value");
    await writeCandidates(page, "first question", ["a", "b"]);
    await rank(page, 2);
    await writeCandidates(page, "second question", ["c", "d"]);
    await rank(page, 2);
    await page.reload();
    await openModel(page, "gated");
    await page.getByText("2 rankings so far").click();
    const list = page.getByRole("list", { name: "Rankings, newest first" });
    await list.getByRole("button", { name: /first question/ }).click();
    expect((await dots(page)).map(({ text }) => text).sort()).toEqual(["a", "b"]);
    expect(await page.locator(".stale").isVisible()).toBe(true);
    await list
      .getByRole("button", { name: /^Take texts/ })
      .last()
      .click();
    expect([await value("Message 1"), await value("Candidate A")]).toEqual(["first question", "a"]);
    expect(await page.locator(".stale").count()).toBe(0);
    await press(/^Undo/);
    expect(await value("Message 1")).toBe("second question");
  });

  it("is one list of rankings for two windows", async () => {
    await openModel(page, "value");
    await writeCandidates(page, "first question", ["a", "b"]);
    await rank(page, 2);
    await page.getByText("1 ranking so far").waitFor();
    await expect.poll(() => page.evaluate("localStorage.getItem('rankings')")).toMatch(/first question/);
    const opened = page.waitForEvent("popup");
    await page.evaluate("void open(location.pathname)");
    const other = await opened;
    await openModel(other, "value");
    await other.getByText("1 ranking so far").click();
    await writeCandidates(page, "second question", ["c", "d"]);
    await rank(page, 2);
    await other.getByText("2 rankings so far").waitFor();
    await other.getByRole("button", { name: "Forget them" }).click();
    await page.locator(".history").waitFor({ state: "detached" });
    await other.close();
  });

  it("shows what two answers say differently", async () => {
    await openModel(page, "value");
    await writeCandidates(page, "Q", ["It is 4, surely.", "It is 5, surely.", "No."]);
    await rank(page, 3);
    await page.getByText("Compare two answers word by word").click();
    await page.getByRole("combobox", { name: "First answer" }).selectOption("A");
    await page.getByRole("combobox", { name: "Second answer" }).selectOption("B");
    const difference = page.locator(".diff-text");
    expect(await difference.locator("del").allTextContents()).toEqual(["4"]);
    expect(await difference.locator("ins").allTextContents()).toEqual(["5"]);
  });

  it("is copied as a program, a request and a command", async () => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await openModel(page, "value");
    await writeCandidates(page, "It's a question", ["a", "b"]);
    const copied = async (name: string): Promise<string> => {
      await press(`Copy as ${name}`);
      await page.getByText(`Copied as ${name}.`).waitFor();
      return page.evaluate<string>("navigator.clipboard.readText()");
    };
    expect(await copied("command")).toMatch(
      /^llama-reward rank '.*value' --prompt 'It'\\''s a question' --response a --response b$/,
    );
    expect(await copied("curl")).toContain('{"prompt":"It');
    expect(await copied("TypeScript")).toContain('const prompt = "It\'s a question";');
  });
});
