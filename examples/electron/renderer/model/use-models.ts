import { useState } from "preact/hooks";
import type { Backend, ModelPlace, OpenOptions } from "../backend.js";
import type { OpenedModel } from "./opened-model.js";

/** The models that are open: one, or two to be compared. */
export interface Models {
  at: Readonly<Partial<Record<ModelPlace, OpenedModel>>>;
  /** In order of their places. */
  all: readonly OpenedModel[];
  /** Opens a model in the place of the one before, which is gone whatever comes of it. */
  open: (path: string, options: OpenOptions) => Promise<void>;
  close: (place: ModelPlace) => Promise<void>;
}

export function useModels(backend: Backend): Models {
  const [at, setAt] = useState<Models["at"]>({});
  const without = (place: ModelPlace): void => {
    setAt((old) => (place === "first" ? second(old) : first(old)));
  };
  return {
    at,
    all: [at.first, at.second].filter((model) => model !== undefined),
    open: async (path, options) => {
      const { place, load } = options;
      without(place);
      const scorer = await backend.openModel(path, options);
      setAt((old) => ({ ...old, [place]: { path, load, scorer } }));
    },
    close: async (place) => {
      without(place);
      await backend.closeModel(place);
    },
  };
}

const first = ({ first: model }: Models["at"]): Models["at"] => (model === undefined ? {} : { first: model });
const second = ({ second: model }: Models["at"]): Models["at"] =>
  model === undefined ? {} : { second: model };
