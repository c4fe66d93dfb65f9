// Nothing is lost in a workspace: every edit can be undone and redone, results stay until they are deleted, and a deletion can be undone.

import { describe, expect, it } from "vitest";
import type { Base, Generation } from "../../site/api.ts";
import { type Change, EMPTY_FORM, type Known } from "../../site/composition/form.ts";
import { isStaleResult } from "../../site/pages/compose/stale.ts";
import { takenFrom } from "../../site/pages/compose/uses.ts";
import { nextName } from "../../site/pages/compose/workspace-menu.tsx";
import {
  type Action,
  acted,
  disposable,
  editOf,
  formIn,
  isPristine,
  resultsIn,
  type Workspace,
  workspaceOf,
} from "../../site/workspace/document.ts";
import { HISTORY_MAX, MERGE_PAUSE_MS } from "../../site/workspace/history.ts";
import { trayEdits } from "../../site/workspace/tray.ts";

const known: Known = { base: null, adapters: new Map() };
const edit = (change: Change, at = 0): Action => ({ type: "form", change, known, at });
const add = (name: string, at = 0) => edit({ type: "add", ref: `demo/${name}`, strength: 1 }, at);
const workspaceAfter = (...actions: Action[]) =>
  actions.reduce<Workspace>(acted, workspaceOf("w", "Workspace 1", 0));
const labels = ({ history }: Workspace) => history.entries.map(({ label }) => label);

const TIME = "2026-11-29T12:00:00.000Z";
const generation = (id: `job_${string}`, status: Generation["status"], images: number): Generation => ({
  ...{ id, status, kind: "sample", priority: "normal", cost: { credits: 24, refunded: 0 }, base: "cast-3" },
  ...{ created_at: TIME, started_at: TIME, finished_at: TIME, progress: null, queue_position: null },
  ...{
    cancel_requested: false,
    warnings: [],
    error: null,
    metrics: {},
    url: "",
    events_url: "",
    waits_for: null,
  },
  request: {
    ...{ composition_id: null, prompt: "<ana>", negative_prompt: "", seed: 7, steps: 8, guidance: 1 },
    ...{ size: "256x256", count: images, adapters: [] },
  },
  result: {
    images: Array.from({ length: images }, (_, i) => ({
      ...{
        id: `img_${id}${i}` as const,
        url: `/v1/images/${i}`,
        width: 256,
        height: 256,
        seed: 7 + i,
        recipe: null,
      },
    })),
  },
});
const ordered = (id: `job_${string}`, count = 1): Action => ({
  type: "ordered",
  pending: [
    { generation: generation(id, "queued", 0), form: { ...EMPTY_FORM, prompt: "<ana>", count }, place: null },
  ],
});
const done = (id: `job_${string}`, images = 1): Action => ({
  type: "job",
  generation: generation(id, "succeeded", images),
});

describe("history", () => {
  it("brings back every edit by undo and every undone one by redo", () => {
    const edits = [
      add("ana"),
      add("bo", 1),
      edit({ type: "prompt", prompt: "<ana> sad" }, 2),
      edit({ type: "set", values: { seed: 3 } }, 3),
      edit({ type: "remove", ref: "demo/ana" }, 4),
    ];
    const states = edits.map((_, i) => workspaceAfter(...edits.slice(0, i + 1)));
    let now = states.at(-1) ?? workspaceAfter();
    for (const before of [...states.slice(0, -1).reverse(), workspaceAfter()]) {
      now = acted(now, { type: "undo" });
      expect(formIn(now)).toEqual(formIn(before));
    }
    for (const later of states) {
      now = acted(now, { type: "redo" });
      expect(formIn(now)).toEqual(formIn(later));
    }
  });

  it("does nothing at either end", () => {
    const start = workspaceAfter();
    expect(acted(start, { type: "undo" })).toBe(start);
    expect(acted(start, { type: "redo" })).toBe(start);
  });

  it("makes one entry of one drag, slider or sentence, and two if there is a pause between", () => {
    const typed = (at: number, prompt: string) => edit({ type: "prompt", prompt }, at);
    expect(labels(workspaceAfter(typed(0, "a"), typed(100, "ab"), typed(200, "abc")))).toEqual([
      "Start",
      "Prompt",
    ]);
    expect(labels(workspaceAfter(typed(0, "a"), typed(MERGE_PAUSE_MS + 1, "ab")))).toHaveLength(3);
    const slid = (ref: string) => edit({ type: "strength", ref, strength: 0.5 });
    expect(labels(workspaceAfter(add("ana"), add("bo"), slid("demo/ana"), slid("demo/bo")))).toHaveLength(5);
  });

  it("never merges an edit into a state that was returned to", () => {
    const typed = (at: number, prompt: string) => edit({ type: "prompt", prompt }, at);
    const back = workspaceAfter(typed(0, "a"), add("ana", 1), { type: "undo" }, typed(2, "ab"));
    expect(formIn(acted(back, { type: "undo" })).prompt).toBe("a");
  });

  it("jumps to any entry and keeps the others until the next edit", () => {
    const jumped = workspaceAfter(add("ana"), add("bo"), add("cy"), { type: "jump", index: 1 });
    expect(formIn(jumped).members).toHaveLength(1);
    expect(labels(jumped)).toHaveLength(4);
    expect(labels(acted(jumped, add("di")))).toEqual(["Start", "Add demo/ana", "Add demo/di"]);
  });

  it("keeps the newest entries up to a limit", () => {
    const many = Array.from({ length: HISTORY_MAX + 20 }, (_, i) =>
      edit({ type: "set", values: { seed: i } }, i * 2 * MERGE_PAUSE_MS),
    );
    const full = workspaceAfter(...many);
    expect(full.history.entries).toHaveLength(HISTORY_MAX);
    expect(formIn(full).seed).toBe(HISTORY_MAX + 19);
  });

  it("has no entry for what is loaded automatically", () => {
    const loaded: Known = {
      base: {
        ...{ sizes: [{ width: 512, height: 256, people: 2 }], default_size: "512x256" },
        ...{ prompt: { kind: "grammar", negative: true }, words: {} },
      } as Pick<Base, "sizes" | "default_size" | "prompt" | "words"> as Base,
      adapters: new Map(),
    };
    const now = acted(workspaceAfter(add("ana")), {
      type: "form",
      change: { type: "known" },
      known: loaded,
      at: 1,
    });
    expect(labels(now)).toHaveLength(2);
  });
});

describe("results", () => {
  it("arrive with their job, stay beside the next ones, and show the first only if nothing else is selected", () => {
    const two = workspaceAfter(ordered("job_a", 2), done("job_a", 2), ordered("job_b"), done("job_b"));
    expect(resultsIn(two).map(({ image }) => image.id)).toEqual(["img_job_a0", "img_job_a1", "img_job_b0"]);
    expect(two).toMatchObject({ shown: "img_job_a0", pending: [] });
  });

  it("arrive once, however often the job reports its end", () => {
    const twice = workspaceAfter(ordered("job_a"), done("job_a"), done("job_a"));
    expect(resultsIn(twice)).toHaveLength(1);
  });

  it("are not affected by undo", () => {
    const made = workspaceAfter(add("ana"), ordered("job_a"), done("job_a"), { type: "undo" });
    expect(resultsIn(made)).toHaveLength(1);
    expect(formIn(made).members).toHaveLength(0);
  });

  it("are restored when their deletion is undone, and can be deleted when no history refers to them", () => {
    const removed = workspaceAfter(ordered("job_a"), done("job_a"), {
      type: "remove",
      ids: ["img_job_a0"],
      at: 1,
    });
    expect(resultsIn(removed)).toEqual([]);
    expect(removed.shown).toBeNull();
    expect(disposable(removed)).toEqual([]);
    expect(resultsIn(acted(removed, { type: "undo" }))).toHaveLength(1);
    const last = removed.history.entries.slice(-1);
    expect(disposable({ ...removed, history: { entries: last, index: 0 } })).toEqual(["img_job_a0"]);
  });

  it("are favourites until that is undone", () => {
    const star: Action = { type: "favourite", id: "img_job_a0", at: 0 };
    const starred = workspaceAfter(ordered("job_a"), done("job_a"), star);
    expect(editOf(starred).favourites).toEqual(["img_job_a0"]);
    expect(editOf(acted(starred, star)).favourites).toEqual([]);
  });

  it("leave the canvas when its size changes", () => {
    const shown = workspaceAfter(add("ana"), ordered("job_a"), done("job_a"));
    expect(acted(shown, edit({ type: "size", size: "512x256" }, 9)).shown).toBeNull();
    expect(acted(shown, edit({ type: "prompt", prompt: "x" }, 9)).shown).toBe("img_job_a0");
  });

  it("keep a failed job visible until it is dismissed", () => {
    const failed = workspaceAfter(ordered("job_a"), {
      type: "job",
      generation: generation("job_a", "failed", 0),
    });
    expect(failed.pending[0]?.generation.status).toBe("failed");
    expect(acted(failed, { type: "dismiss", job: "job_a" }).pending).toEqual([]);
  });
});

describe("a picture's settings", () => {
  const made = workspaceAfter(ordered("job_a"), done("job_a"));
  const [result] = made.results;
  if (!result) throw new Error("no result");
  const now = { ...EMPTY_FORM, prompt: "<bo>", written: true, count: 4 };
  const use = (what: Parameters<typeof takenFrom>[0]) =>
    formIn(
      acted(workspaceAfter(edit({ type: "restore", form: now })), edit(takenFrom(what, result, now), 1)),
    );

  it("are applied one by one or all", () => {
    expect(use("seed")).toMatchObject({ seed: 7, prompt: "<bo>" });
    expect(use("prompt")).toMatchObject({ seed: null, prompt: "<ana>" });
    expect(use("all")).toMatchObject({ seed: 7, prompt: "<ana>", count: 4 });
  });

  it("are stale once the form differs, except for a random seed or another count", () => {
    expect(isStaleResult(result, { ...EMPTY_FORM, prompt: "<ana>" })).toBe(false);
    expect(isStaleResult(result, { ...EMPTY_FORM, prompt: "<ana>", seed: 7, count: 8 })).toBe(false);
    expect(isStaleResult(result, { ...EMPTY_FORM, prompt: "<ana>", seed: 8 })).toBe(true);
    expect(isStaleResult(result, now)).toBe(true);
  });
});

describe("a workspace", () => {
  it("is pristine until the first edit", () => {
    expect(isPristine(workspaceAfter())).toBe(true);
    expect(isPristine(workspaceAfter(add("ana")))).toBe(false);
    expect(isPristine(workspaceAfter(ordered("job_a"), done("job_a")))).toBe(false);
  });

  it("gets a unique name", () => {
    expect(nextName([])).toBe("Workspace 1");
    expect(nextName([{ name: "Workspace 2" }])).toBe("Workspace 3");
  });
});

describe("the tray of the other pages", () => {
  const item = (name: string) => ({ ref: `demo/${name}`, title: name, picture: null, strength: 0.7 });
  const form = formIn(workspaceAfter(add("ana"), add("bo")));

  it("is applied as edits that add and remove members", () => {
    expect(trayEdits(form, "w", { workspace: "w", items: [item("bo"), item("cy")] })).toEqual([
      { type: "remove", ref: "demo/ana" },
      { type: "add", ref: "demo/cy", strength: 0.7 },
    ]);
  });

  it("changes nothing if it is another workspace's, was never stored, or is equal", () => {
    expect(trayEdits(form, "w", { workspace: "other", items: [] })).toEqual([]);
    expect(trayEdits(form, "w", null)).toEqual([]);
    expect(trayEdits(form, "w", { workspace: "w", items: [item("ana"), item("bo")] })).toEqual([]);
  });
});
