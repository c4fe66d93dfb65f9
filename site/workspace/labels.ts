// What each edit is called in the history, and which edits that follow each other are one. Pure.

import type { Change, Known } from "../composition/form.ts";

type Labelled =
  | { type: "form"; change: Change; known: Known }
  | { type: "remove"; ids: readonly string[] }
  | { type: "favourite" };

const SETTINGS: Record<string, string> = {
  negative: "negative prompt",
  seed: "seed",
  steps: "steps",
  guidance: "guidance",
  count: "number of pictures",
  from: "origin",
};
const PLACEMENTS = { columns: "Side by side", boxes: "Own boxes", open: "No boxes" };
const MODES = { on: "Apply", muted: "Mute", solo: "Solo" };

export function labelOf(action: Labelled): string {
  if (action.type === "remove")
    return action.ids.length === 1 ? "Delete a picture" : `Delete ${action.ids.length} pictures`;
  if (action.type === "favourite") return "Favourite";
  const { change, known } = action;
  const nameOf = (ref: string) => known.adapters.get(ref)?.title ?? ref;
  switch (change.type) {
    case "add":
      return `Add ${nameOf(change.ref)}`;
    case "remove":
      return `Remove ${nameOf(change.ref)}`;
    case "strength":
      return `Strength of ${nameOf(change.ref)}`;
    case "mode":
      return `${MODES[change.mode]} ${nameOf(change.ref)}`;
    case "region":
      return `Box of ${nameOf(change.ref)}`;
    case "place":
      return PLACEMENTS[change.placement];
    case "size":
      return `Size ${change.size.replace("x", " × ")}`;
    case "prompt":
    case "mention":
      return "Prompt";
    case "set": {
      const names = Object.keys(change.values).map((name) => SETTINGS[name] ?? name);
      const text = names.join(", ");
      return text.charAt(0).toUpperCase() + text.slice(1);
    }
    case "restore":
      return change.label ?? "Restore";
    case "known":
      return "";
  }
}

export function keyOf(change: Change): string | null {
  switch (change.type) {
    case "strength":
    case "region":
      return `${change.type} ${change.ref}`;
    case "prompt":
      return "prompt";
    case "set":
      return `set ${Object.keys(change.values).join(" ")}`;
    default:
      return null;
  }
}
