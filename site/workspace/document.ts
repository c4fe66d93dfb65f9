// A workspace as one document: what can be undone (the form, deleted and favourite pictures) with its history, and what arrives
// by itself (results, running jobs). Pure; the page dispatches actions and stores what comes out.

import type { GeneratedImage, Generation } from "../api.ts";
import { type Change, changed, EMPTY_FORM, type Form, type Known } from "../composition/form.ts";
import { amended, canRedo, canUndo, type History, historyOf, jumped, present, pushed } from "./history.ts";
import { keyOf, labelOf } from "./labels.ts";

/** What undo and redo bring back. */
export interface Edit {
  form: Form;
  /** Deleted pictures, by id. Undo brings them back as long as the history knows them. */
  removed: readonly string[];
  favourites: readonly string[];
}

/** The position of a picture among others that were ordered together. */
export interface Place {
  group: string;
  title: string;
  /** Labels of its column and row; empty where the group has no such axis. */
  x: string;
  y: string;
}

export type Order = Omit<Generation, "result">;

export interface Result {
  image: GeneratedImage;
  order: Order;
  /** The form that it was ordered with. */
  form: Form;
  place: Place | null;
}

export interface Pending {
  generation: Generation;
  form: Form;
  place: Place | null;
}

export interface Workspace {
  id: string;
  name: string;
  /** Counts what was stored: a tab that has read an older number reads again. */
  revision: number;
  updated: number;
  history: History<Edit>;
  /** Newest last. */
  results: readonly Result[];
  pending: readonly Pending[];
  /** The picture on the canvas; null while composing. */
  shown: string | null;
}

export type Action =
  | { type: "form"; change: Change; known: Known; at: number }
  | { type: "remove"; ids: readonly string[]; at: number }
  | { type: "favourite"; id: string; at: number }
  | { type: "jump"; index: number }
  | { type: "undo" }
  | { type: "redo" }
  | { type: "show"; id: string | null }
  | { type: "rename"; name: string }
  | { type: "ordered"; pending: readonly Pending[] }
  | { type: "job"; generation: Generation }
  | { type: "dismiss"; job: string }
  | { type: "load"; workspace: Workspace };

export function workspaceOf(id: string, name: string, at: number, form: Form = EMPTY_FORM): Workspace {
  const history = historyOf<Edit>({ form, removed: [], favourites: [] }, at);
  return { id, name, revision: 0, updated: at, history, results: [], pending: [], shown: null };
}

export const editOf = (workspace: Workspace): Edit => present(workspace.history);
export const formIn = (workspace: Workspace): Form => editOf(workspace).form;

/** The pictures that are not deleted, oldest first. */
export function resultsIn(workspace: Workspace): readonly Result[] {
  const removed = new Set(editOf(workspace).removed);
  return workspace.results.filter(({ image }) => !removed.has(image.id));
}

export function shownIn(workspace: Workspace): Result | null {
  return resultsIn(workspace).find(({ image }) => image.id === workspace.shown) ?? null;
}

/** Nothing was done here yet: a link may open in it without a question. */
export function isPristine(workspace: Workspace): boolean {
  const { members, prompt } = formIn(workspace);
  return members.length === 0 && prompt === "" && workspace.results.length === 0;
}

export function acted(workspace: Workspace, action: Action): Workspace {
  const { history } = workspace;
  switch (action.type) {
    case "form":
      return withForm(workspace, action);
    case "remove":
      return withEdit(workspace, removedFrom(editOf(workspace), action.ids), action.at, labelOf(action));
    case "favourite":
      return withEdit(workspace, toggledFavourite(editOf(workspace), action.id), action.at, labelOf(action));
    case "jump":
      return { ...workspace, history: jumped(history, action.index) };
    case "undo":
      return canUndo(history) ? { ...workspace, history: jumped(history, history.index - 1) } : workspace;
    case "redo":
      return canRedo(history) ? { ...workspace, history: jumped(history, history.index + 1) } : workspace;
    case "show":
      return { ...workspace, shown: action.id };
    case "rename":
      return { ...workspace, name: action.name };
    case "ordered":
      return { ...workspace, pending: [...workspace.pending, ...action.pending] };
    case "job":
      return withJob(workspace, action.generation);
    case "dismiss":
      return { ...workspace, pending: workspace.pending.filter((each) => each.generation.id !== action.job) };
    case "load":
      return action.workspace;
  }
}

function withForm(workspace: Workspace, action: Extract<Action, { type: "form" }>): Workspace {
  const { change, known, at } = action;
  const edit = editOf(workspace);
  const form = changed(edit.form, change, known);
  if (form === edit.form) return workspace;
  // Nobody did what loading brings; it is no step of the history.
  if (change.type === "known") {
    return { ...workspace, history: amended(workspace.history, { ...edit, form }) };
  }
  const entry = { state: { ...edit, form }, label: labelOf(action), at, key: keyOf(change) };
  // A picture of another size cannot lie under the boxes; it stays in the strip.
  const shown = form.size === edit.form.size ? workspace.shown : null;
  return { ...workspace, history: pushed(workspace.history, entry), shown };
}

function withEdit(workspace: Workspace, state: Edit, at: number, label: string): Workspace {
  const history = pushed(workspace.history, { state, label, at, key: null });
  const { shown } = workspace;
  return { ...workspace, history, shown: shown !== null && state.removed.includes(shown) ? null : shown };
}

const removedFrom = (edit: Edit, ids: readonly string[]): Edit => ({
  ...edit,
  removed: [...new Set([...edit.removed, ...ids])],
  favourites: edit.favourites.filter((id) => !ids.includes(id)),
});

function toggledFavourite(edit: Edit, id: string): Edit {
  const has = edit.favourites.includes(id);
  const favourites = has ? edit.favourites.filter((each) => each !== id) : [...edit.favourites, id];
  return { ...edit, favourites };
}

/** The current state of a job. When it succeeds, its pictures become results; the first is shown unless another is selected. */
function withJob(workspace: Workspace, generation: Generation): Workspace {
  const known = workspace.pending.find((each) => each.generation.id === generation.id);
  if (!known) return workspace;
  if (generation.status !== "succeeded") {
    const pending = workspace.pending.map((each) => (each === known ? { ...each, generation } : each));
    return { ...workspace, pending };
  }
  const { result, ...order } = generation;
  const { form, place } = known;
  const had = new Set(workspace.results.map(({ image }) => image.id));
  const arrived = (result?.images ?? []).filter((image) => !had.has(image.id));
  const results = [...workspace.results, ...arrived.map((image) => ({ image, order, form, place }))];
  const pending = workspace.pending.filter((each) => each !== known);
  return { ...workspace, results, pending, shown: workspace.shown ?? arrived[0]?.id ?? null };
}

/** What is deleted and no history can bring back any more: its bytes may go. */
export function disposable(workspace: Workspace): readonly string[] {
  const kept = new Set(
    workspace.history.entries.flatMap(({ state }) =>
      workspace.results.map(({ image }) => image.id).filter((id) => !state.removed.includes(id)),
    ),
  );
  return workspace.results.map(({ image }) => image.id).filter((id) => !kept.has(id));
}
