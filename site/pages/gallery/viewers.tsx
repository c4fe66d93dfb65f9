// The viewer of pictures in every state, without the dialog around it.

import { EMPTY_FORM } from "../../composition/form.ts";
import type { OpenedPicture } from "../../ui/full-picture.ts";
import { ViewerParts } from "../../ui/viewer.tsx";

const PLAIN: OpenedPicture = { url: "/favicon.svg", recipe: null, form: null, fileName: "logo.svg" };
const DRAWN: OpenedPicture = {
  ...PLAIN,
  recipe: {},
  form: {
    ...EMPTY_FORM,
    prompt: "<ana> smiling; <bo> laughing; sky background",
    size: "512x256",
    seed: 7,
    steps: 24,
    guidance: 1,
    members: ["o/ana", "o/bo"].map((ref) => ({ ref, strength: 1, region: null, mode: "on" as const })),
  },
};

const STATES: readonly (readonly [
  title: string,
  opened: OpenedPicture | null | undefined,
  at: number,
  isActual: boolean,
])[] = [
  ["Loading, first of a series", undefined, 0, false],
  ["With its recipe, amid a series", DRAWN, 1, false],
  ["In its actual size, last of a series", DRAWN, 2, true],
  ["Could not be loaded", null, 1, false],
];
const nothing = () => {};

export function Viewers() {
  return (
    <div class="gallery-viewers">
      {STATES.map(([title, opened, at, isActual]) => (
        <div class="gallery-viewer" key={title}>
          <ViewerParts
            {...{
              title,
              opened,
              at,
              isActual,
              count: 3,
              onActual: nothing,
              onTurn: nothing,
              onClose: nothing,
            }}
          />
        </div>
      ))}
      <div class="gallery-viewer">
        <ViewerParts
          {...{ title: "Alone, without a recipe", opened: PLAIN, at: 0, count: 1, isActual: false }}
          {...{ onActual: nothing, onTurn: nothing, onClose: nothing }}
        />
      </div>
    </div>
  );
}
