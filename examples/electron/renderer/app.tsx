import type { Scorer } from "llama-reward/electron/renderer";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Backend } from "./backend.js";
import { FileView } from "./file/file-view.js";
import { ModelBadge } from "./model/model-badge.js";
import { ModelPicker } from "./model/model-picker.js";
import { RankView } from "./rank/rank-view.js";
import { Tabs } from "./ui/tabs.js";
import { ThemeButton } from "./ui/theme-button.js";

const TABS = [
  { id: "rank", label: "Rank answers" },
  { id: "file", label: "Score a file" },
] as const;

/** The whole page. Both views stay mounted while their model is open, so that a look elsewhere loses nothing. */
export function App({ backend }: { backend: Backend }): JSX.Element {
  const [scorer, setScorer] = useState<Scorer>();
  const [isPicking, setIsPicking] = useState(true);
  const [tab, setTab] = useState<(typeof TABS)[number]["id"]>("rank");

  return (
    <>
      <header class="top-bar">
        <span class="wordmark">
          llama<span>-reward</span>
        </span>
        {scorer !== undefined && !isPicking && (
          <ModelBadge
            model={scorer.description}
            onChange={() => {
              setIsPicking(true);
            }}
          />
        )}
        <ThemeButton />
      </header>
      <main>
        {isPicking && (
          <ModelPicker
            backend={backend}
            current={scorer?.description.name}
            onKeep={() => {
              setIsPicking(false);
            }}
            onStart={() => {
              setScorer(undefined);
            }}
            onOpen={(opened) => {
              setScorer(opened);
              setIsPicking(false);
            }}
          />
        )}
        {scorer !== undefined && (
          <div hidden={isPicking}>
            <h1 class="visually-hidden">Score with {scorer.description.name}</h1>
            <Tabs label="What to score" tabs={TABS} selected={tab} onSelect={setTab} />
            <section role="tabpanel" id="panel-rank" aria-labelledby="tab-rank" hidden={tab !== "rank"}>
              <RankView scorer={scorer} />
            </section>
            <section role="tabpanel" id="panel-file" aria-labelledby="tab-file" hidden={tab !== "file"}>
              <FileView scorer={scorer} />
            </section>
          </div>
        )}
      </main>
    </>
  );
}
