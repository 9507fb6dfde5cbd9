const NAME = /^[\w.-]+\/[\w.-]+$/;

/** `owner/name` of what the user typed, the address of the model's page on the Hub included; undefined when it is none. */
export function hubIdOf(text: string): string | undefined {
  const path = text.trim().replace(/^https?:\/\/(www\.)?(huggingface\.co|hf\.co)\//, "");
  const id = path.split(/[?#]/)[0]?.split("/").slice(0, 2).join("/") ?? "";
  const isWhole = path === text.trim() ? path === id : true;
  return isWhole && NAME.test(id) && !id.split("/").some((part) => /^\.+$/.test(part)) ? id : undefined;
}
