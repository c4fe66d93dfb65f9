// The keyboard shortcuts of the compose page, and the list of them that "?" shows.

import { useEffect } from "preact/hooks";
import { describeKeys } from "../../ui/keys.ts";
import { resultsIn, shownIn, type Workspace } from "../../workspace/document.ts";
import { enlargeResult } from "./full-size.ts";
import { randomSeed } from "./settings.tsx";
import type { Composer } from "./use-composer.ts";
import { useShortcuts } from "./use-shortcuts.ts";

const ROWS = [
  { keys: "Ctrl + Enter", does: "Generate" },
  { keys: "Ctrl + Z", does: "Undo" },
  { keys: "Shift + Ctrl + Z", does: "Redo" },
  { keys: "A", does: "Add a member" },
  { keys: "P", does: "Go to the prompt" },
  { keys: "1 to 9", does: "Go to the box of that member" },
  { keys: "Arrows", does: "Move the box; with Shift resize it" },
  { keys: "M, S, Delete", does: "Mute, solo or remove the member of the box" },
  { keys: "Shift + drag", does: "Draw a box over another one" },
  { keys: "B", does: "Show or hide the boxes" },
  { keys: "L", does: "Lock or unlock the seed" },
  { keys: "[ and ]", does: "Newer and older result" },
  { keys: "C", does: "Back to the composition" },
  { keys: "V", does: "View the picture in full size" },
  { keys: "F", does: "Favourite" },
  { keys: "X", does: "Delete the picture on the canvas" },
] as const;

export function useComposeKeys(props: {
  composer: Composer;
  workspace: Workspace;
  guest: boolean;
  onPick: () => void;
  onBoxes: () => void;
}): void {
  const { composer, workspace } = props;
  const { form, jobs, change, dispatch } = composer;
  const shown = shownIn(workspace);
  useEffect(() => describeKeys(ROWS), []);
  const step = (by: number) => {
    const ids = [...resultsIn(workspace)].reverse().map(({ image }) => image.id);
    const at = shown ? ids.indexOf(shown.image.id) : -1;
    const next = ids[Math.min(Math.max(0, at + by), ids.length - 1)];
    if (next) dispatch({ type: "show", id: next });
  };
  const onShown = (type: "favourite" | "remove") => {
    if (!shown) return;
    const { id } = shown.image;
    const at = Date.now();
    dispatch(type === "remove" ? { type, ids: [id], at } : { type, id, at });
  };
  const boxes = Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [
      String(i + 1),
      () => document.querySelector<HTMLElement>(`[data-box="${i}"]`)?.focus(),
    ]),
  );
  useShortcuts({
    generate: () => {
      if (!props.guest && form.prompt.trim() !== "" && !jobs.sending) composer.generate();
    },
    undo: () => dispatch({ type: "undo" }),
    redo: () => dispatch({ type: "redo" }),
    plain: {
      ...boxes,
      a: props.onPick,
      b: props.onBoxes,
      c: () => dispatch({ type: "show", id: null }),
      p: () => document.getElementById("prompt")?.focus(),
      l: () =>
        change({
          type: "set",
          values: { seed: form.seed === null ? (shown?.image.seed ?? randomSeed()) : null },
        }),
      "[": () => step(-1),
      "]": () => step(1),
      v: () => shown && enlargeResult(workspace, shown.image.id),
      f: () => onShown("favourite"),
      x: () => onShown("remove"),
    },
  });
}
