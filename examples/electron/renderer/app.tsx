import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Backend, ModelPlace } from "./backend.js";
import { FileView } from "./file/file-view.js";
import { ModelBadges } from "./model/model-badges.js";
import { ModelPicker } from "./model/model-picker.js";
import { useModels } from "./model/use-models.js";
import { RankView } from "./rank/rank-view.js";
import { focusSoon } from "./ui/focus-soon.js";
import { Tabs } from "./ui/tabs.js";
import { ThemeButton } from "./ui/theme-button.js";
import { SettingsDialog } from "./workspace/settings-dialog.js";
import { checkSettings, isSameLoad, type Settings } from "./workspace/settings.js";
import { useWorkspace } from "./workspace/use-workspace.js";

const TABS = [
  { id: "rank", label: "Rank answers" },
  { id: "file", label: "Score a file" },
] as const;

/** A model to be chosen for a place, or one to be opened again at once. */
interface Picking {
  place: ModelPlace;
  reopen?: string;
}

/** The whole page. Both views stay mounted while a model is open, so that a look elsewhere loses nothing. */
export function App({ backend }: { backend: Backend }): JSX.Element {
  const workspace = useWorkspace();
  const models = useModels(backend);
  const [picking, setPicking] = useState<Picking | undefined>({ place: "first" });
  const [isSetting, setIsSetting] = useState(false);
  const [tab, setTab] = useState<(typeof TABS)[number]["id"]>("rank");
  const [first] = models.all;
  const { load } = checkSettings(workspace.settings);

  const done = (place?: ModelPlace): void => {
    setPicking(nextToReopen(place));
    focusSoon(`tab-${tab}`);
  };
  /** The other model, where that was opened with other settings, too. */
  const nextToReopen = (place?: ModelPlace): Picking | undefined => {
    const second = models.at.second;
    const isDue = place === "first" && picking?.reopen !== undefined && second !== undefined;
    return isDue && !isSameLoad(second.load, load) ? { place: "second", reopen: second.path } : undefined;
  };
  const use = (settings: Settings): void => {
    workspace.setSettings(settings);
    setIsSetting(false);
    const changed = checkSettings(settings).load;
    const place = (["first", "second"] as const).find((each) => {
      const model = models.at[each];
      return model !== undefined && !isSameLoad(model.load, changed);
    });
    const model = place === undefined ? undefined : models.at[place];
    if (place !== undefined && model !== undefined) setPicking({ place, reopen: model.path });
  };

  return (
    <>
      <header class="top-bar">
        <span class="wordmark">
          llama<span>-reward</span>
        </span>
        {first !== undefined && picking === undefined && (
          <ModelBadges
            models={models}
            onPick={(place) => {
              setPicking({ place });
            }}
          />
        )}
        <span class="top-end">
          <button
            type="button"
            class="quiet"
            onClick={() => {
              setIsSetting(true);
            }}
          >
            Settings
          </button>
          <ThemeButton />
        </span>
      </header>
      <main>
        {picking !== undefined && (
          <ModelPicker
            key={`${picking.place} ${picking.reopen ?? ""}`}
            backend={backend}
            models={models}
            {...picking}
            reopen={picking.reopen}
            load={load}
            onKeep={() => {
              done();
            }}
            onOpen={() => {
              done(picking.place);
            }}
          />
        )}
        {first !== undefined && (
          <div hidden={picking !== undefined}>
            <h1 class="visually-hidden">Score with {first.scorer.description.name}</h1>
            <Tabs label="What to score" tabs={TABS} selected={tab} onSelect={setTab} />
            <section role="tabpanel" id="panel-rank" aria-labelledby="tab-rank" hidden={tab !== "rank"}>
              <RankView models={models.all} workspace={workspace} />
            </section>
            <section role="tabpanel" id="panel-file" aria-labelledby="tab-file" hidden={tab !== "file"}>
              <FileView scorer={first.scorer} workspace={workspace} />
            </section>
          </div>
        )}
      </main>
      {isSetting && (
        <SettingsDialog
          settings={workspace.settings}
          onUse={use}
          onClose={() => {
            setIsSetting(false);
          }}
        />
      )}
    </>
  );
}
