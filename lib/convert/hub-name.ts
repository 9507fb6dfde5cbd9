/** A model of the Hub as a user names it. */
export interface HubName {
  /** `owner/name`. */
  hubId: string;
  /** A branch, a tag or a commit. */
  revision: string;
}

const HUB_NAME = /^(?<hubId>[\w.-]+\/[\w.-]+)(?:@(?<revision>[^\s@]+))?$/;
/** The address of a model's page, or of a branch or file there, as a browser shows it. */
const PAGE =
  /^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/(?!datasets\/|spaces\/)(?<hubId>[\w.-]+\/[\w.-]+)(?:\/(?:tree|blob|resolve|commit)\/(?<revision>[^/?#]+)(?:\/[^?#]*)?)?\/?(?:[?#].*)?$/;
const DEFAULT_REVISION = "main";

/** Reads `owner/name`, `owner/name@revision` or the address of a model's page on the Hub; undefined for anything else. */
export function parseHubName(text: string): HubName | undefined {
  const { hubId, revision = DEFAULT_REVISION } = (HUB_NAME.exec(text) ?? PAGE.exec(text))?.groups ?? {};
  return hubId === undefined ? undefined : { hubId, revision };
}

/** Whether a text is the address of a page: then it is no path. */
export function isHubPage(text: string): boolean {
  return PAGE.test(text);
}

/** Whether a text is what a model on the Hub is called, `owner/name`. */
export function isHubId(text: string): boolean {
  return parseHubName(text)?.hubId === text;
}
