// The method page: what it reads of the results, how it writes numbers, and what its drawing says.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import cast3 from "../../schema/bases/cast-3.json";
import { goalsHtml, mainHtml } from "../../site/build/method/methods.ts";
import { duration, number, percent, withSpread } from "../../site/build/method/numbers.ts";
import { PAPER } from "../../site/build/method/paper.ts";
import { METHOD_PARTIALS } from "../../site/build/method/partials.ts";
import { squareOf } from "../../site/build/method/pictures.ts";
import { readResults } from "../../site/build/method/results.ts";
import {
  ablationsHtml,
  curveHtml,
  metricsHtml,
  noticeHtml,
  predictsHtml,
  sceneHtml,
} from "../../site/build/method/studies.ts";
import { actingAt, GRID, gateOf, type Scene, widthOf } from "../../site/pages/method/gate-maps.ts";

const ROOT = new URL("../../", import.meta.url);
const MEASURES = ["text", "image", "identity", "named", "score", "distance"];

function measures(mean: number, error: number | null = 0.012) {
  return Object.fromEntries(MEASURES.map((name) => [name, { mean, error, n: 3 }]));
}

function method(name: string, paper: string | null, single: number, merged: number) {
  return {
    method: name,
    paper,
    single: measures(single),
    merged: { "0.6": measures(merged / 2), "1.0": measures(merged) },
    best_strength: "1.0",
    merge_seconds: 0.0213,
    train_seconds: 30,
  };
}

/** A small run with everything in it; our own method is in the middle, as nothing may depend on its place. */
function sample() {
  const point = (gained: number) => ({ parameters: 0.1, activations: 0.5, distance_gained: gained });
  const line = (key: string) => [1, 16, 32].map((at) => ({ [key]: at, ...measures(0.9) }));
  const prediction = { pearson: 0.4, spearman: 0.6, spearman_within: { LoRA: 0.5, "marked (ours)": null } };
  const scene = { identity: 0.9, leak: 0.1, margin: 0.2, people: 1, distance: 5 };
  return {
    provenance: {
      command: "npm run eval",
      commit: "abc",
      machine: "M",
      base: "cast-3",
      weights: "w",
      minutes: 12.6,
    },
    settings: {
      ...{ name: "small", concepts: 12, curve_concepts: 16, ablation_concepts: 3, tuning_concepts: 1 },
      ...{ seeds: [0], steps: 60, batch: 12, group: 3, rate_factors: [0.5, 1] },
    },
    embedder: {
      ...{ people: 520, eer_same_style: 0.01, eer_any_style: 0.005, threshold: 0.6 },
      ...{ false_accept_rate: 0.001, detected_renders: 0.99, impostor_scores: 5000 },
    },
    attributes: { expression: 1, background: 0.9, colour: 0.9, glasses: 0.8, people: 1 },
    tuning: { LoRA: { start: [0.02, 0.04], chosen: 1, distances: { "0.5": 9, "1.0": 8 } } },
    truth: measures(1, null),
    main: [
      method("DB-LoRA, FedAvg", "DB-LoRA (FedAvg)", 0.8, 0.2),
      method("marked (ours)", null, 0.95, 0.949),
      method("LoRA <with tokens>", "MoS (FedAvg)", 0.9, 0.6),
    ],
    curve: { LoRA: line("count"), "marked (ours)": line("count") },
    strength: { LoRA: line("strength"), "marked (ours)": line("strength") },
    ablations: { "frozen side": { input: { single: measures(0.9), merged: measures(0.8) } } },
    interference: {
      points: {
        LoRA: [point(3), point(4)],
        "marked (ours)": [point(-0.0123), point(0.004)],
      },
      predicts: { parameters: prediction, activations: prediction },
    },
    together: { "2": { "ours merged (the product)": scene } },
  };
}

const read = (run: object) => readResults(JSON.stringify(run));

describe("the results", () => {
  it("are refused, with the name of what is missing, when any part of them is missing", () => {
    expect(() => read(sample())).not.toThrow();
    for (const part of Object.keys(sample())) {
      const { [part as keyof ReturnType<typeof sample>]: _, ...rest } = sample();
      expect(() => read(rest), part).toThrow(part);
    }
  });

  it("are refused when something inside of a part is missing", () => {
    const holes: ((run: ReturnType<typeof sample>) => void)[] = [
      (run) => Reflect.deleteProperty(run.main[0]?.single ?? {}, "identity"),
      (run) => Reflect.deleteProperty(run.curve.LoRA[1] ?? {}, "count"),
      (run) => Reflect.deleteProperty(run.interference.predicts, "activations"),
      (run) => Reflect.deleteProperty(run.together["2"]["ours merged (the product)"], "leak"),
      (run) => Object.assign(run, { ablations: {} }),
      (run) => Object.assign(run.main[0] ?? {}, { best_strength: "0.8" }),
      (run) => Object.assign(run.main[1] ?? {}, { method: "marked" }),
    ];
    for (const hole of holes) {
      const run = sample();
      hole(run);
      expect(() => read(run), String(hole)).toThrow();
    }
  });

  it("may hold null for a number that does not exist, which shows as a dash", () => {
    const text = JSON.stringify(sample()).replace('"pearson":0.4', '"pearson":null');
    const named = text.replace('"machine":"M"', '"machine":"a NaN, b"');
    const results = readResults(named);
    expect(results.provenance.machine).toBe("a NaN, b");
    expect(predictsHtml(results)).toContain("<td>–</td><td>0.60</td><td>0.50</td><td>–</td>");
  });
});

describe("measured numbers", () => {
  it("come with one standard error where there is one", () => {
    expect(withSpread({ mean: 0.5, error: 0.0123 })).toBe("0.500 ± 0.012");
    expect(withSpread({ mean: 12.34, error: null }, 1)).toBe("12.3");
    expect(withSpread({ mean: null, error: null })).toBe("–");
  });

  it("have a true minus, and none before zero", () => {
    expect([number(-0.1234), number(-0.0001), percent(0.04699, 2)]).toEqual(["−0.123", "0.000", "4.70 %"]);
  });

  it("of time are shown in units of their size", () => {
    expect([0.000006, 0.0314, 2.25].map(duration)).toEqual(["< 1 ms", "31 ms", "2.3 s"]);
  });
});

describe("the tables", () => {
  const results = read(sample());

  it("contain the goals' numbers, independent of names and order of methods", () => {
    const html = goalsHtml(results);
    for (const measured of [
      "0.950 → 0.949",
      "0.800 → 0.200 (with tokens 0.600)",
      "100.0 %",
      "(here 16)",
      "21 ms",
    ])
      expect(html).toContain(measured);
  });

  it("highlight our rows, and put the paper's row below its method", () => {
    const [table = ""] = mainHtml(results).split("</table>");
    const rows = [...table.matchAll(/<tr(?: class="([a-z-]+)")?><th scope="row">([^<]*)</g)];
    expect(rows.map(([, kind = "", name]) => `${kind} ${name}`)).toEqual([
      "row-truth the true renders",
      " DB-LoRA, FedAvg",
      "row-minor the paper: DB-LoRA (FedAvg)",
      "row-ours marked (ours)",
      " LoRA &lt;with tokens&gt;",
      "row-minor the paper: MoS (FedAvg)",
    ]);
    expect(table).toContain("0.800 → <b>0.200</b><small>± 0.012</small>");
    expect(table).toContain("<td>0.683 → 0.098</td>");
  });

  it("have a column for every point and a section for every study", () => {
    expect(curveHtml(results)).toContain('<th scope="col">16</th><th scope="col">32</th>');
    expect(ablationsHtml(results)).toContain("<summary>Frozen side</summary>");
    expect(ablationsHtml(results)).toContain("<td>0.900 → 0.800 ± 0.012</td>");
  });

  it("show subject collapse and text scores where measured, and renders separately", () => {
    expect(sceneHtml("2", results.together[0]?.[1] ?? [])).not.toContain("collapse");
    const scene = {
      identity: 0.9,
      leak: 0.1,
      margin: 0.2,
      people: 1,
      distance: 5,
      text: 0.97,
      collapse: 0.25,
    };
    const html = sceneHtml("2", [
      ["the true renders", { ...scene, collapse: 0 }],
      ["ours, people apart (the product)", scene],
    ]);
    expect(html).toContain(
      '<th scope="col">collapse</th><th scope="col">identity</th><th scope="col">text</th>',
    );
    expect(html).toContain(
      'class="row-truth"><th scope="row">the true renders</th><td>0.000</td><td>0.900</td>',
    );
    expect(html).toContain("<td>0.250</td><td>0.900</td><td>0.970</td>");
  });

  it("state what loaded concepts change on a base with gates, without classes of slots", () => {
    const gated = read({
      ...sample(),
      residents: { count: 100, pictures: 24, different: 0, silent: true },
      base: { id: "b", cell_px: 128 },
    });
    expect(curveHtml(results)).toContain("A class holds");
    expect(curveHtml(gated)).not.toContain("A class holds");
    expect(curveHtml(gated)).toContain("with 100 concepts loaded");
    expect(curveHtml(gated)).toContain("0 differ in any byte");
    expect(metricsHtml(gated)).toContain("has 128 pixels a side");
    expect(metricsHtml(results)).not.toContain("pixels a side");
  });

  it("state if they were measured on another base than the product's", () => {
    expect(noticeHtml(results)).toBe("");
    const older = { ...results, provenance: { ...results.provenance, base: "cast-2" } };
    expect(noticeHtml(older)).toContain("Measured on <code>cast-2</code>");
    expect(noticeHtml({ ...results, settings: { ...results.settings, name: "tiny" } })).toContain(
      "mean nothing",
    );
  });
});

it("repeats the paper's table as the evaluation has it", () => {
  const python = readFileSync(new URL("gpu-runner/orthoplex/eval/methods.py", ROOT), "utf8");
  const rows = python.matchAll(/^ {4}"(.+)": \(\((.+)\), \((.+)\), "(.+)"\),$/gm);
  const theirs = [...rows].map(([, name, single = "", merged = "", merge]) => {
    const [a, b] = [single.split(", ").map(Number), merged.split(", ").map(Number)];
    return [name, { text: [a[0], b[0]], image: [a[1], b[1]], identity: [a[2], b[2]], merge }];
  });
  expect(theirs.length).toBeGreaterThan(5);
  expect(Object.fromEntries(theirs)).toEqual(PAPER);
});

it("fills every placeholder of its page", () => {
  const page = readFileSync(new URL("site/pages/method/index.html", ROOT), "utf8");
  const shared = ["head", "header", "footer"];
  const marks = [...page.matchAll(/<!-- (.+?) -->/g)].map(([, mark = ""]) => mark);
  expect(marks.filter((mark) => !(mark in METHOD_PARTIALS) && !shared.includes(mark))).toEqual([]);
  expect(Object.keys(METHOD_PARTIALS).filter((mark) => !marks.includes(mark))).toEqual([]);
});

it("lays ordered pairs out as a square with self responses on its diagonal", () => {
  expect(squareOf([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])).toEqual([
    [1, 0.1, 0.2],
    [0.3, 1, 0.4],
    [0.5, 0.6, 1],
  ]);
  expect(() => squareOf([1, 2, 3])).toThrow();
});

describe("the drawing of gates", () => {
  const [ana, bo, cy] = ["ana", "bo", "cy"].map((name, index) => ({ name, slot: index, index })) as [
    { name: string; slot: number; index: number },
    { name: string; slot: number; index: number },
    { name: string; slot: number; index: number },
  ];
  const scene: Scene = { text: "<ana>; <bo>", named: [ana, bo] };
  const { gain } = cast3.gate;

  it("shows no effect of unnamed concepts, and effects everywhere without gates", () => {
    const positions = GRID * widthOf(scene);
    expect(actingAt("gates", scene, cy, gain)).toEqual(new Array(positions).fill(0));
    for (const way of ["loras", "slots"] as const) {
      expect(actingAt(way, scene, cy, gain)).toEqual(new Array(positions).fill(1));
    }
  });

  it("opens each gate at its own person, and closes it at the other", () => {
    const middle = (cell: number) => (GRID / 2) * widthOf(scene) + cell * GRID + GRID / 2;
    for (const [cell, member] of [ana, bo].entries()) {
      const gate = actingAt("gates", scene, member, gain);
      expect(gate[middle(cell)]).toBe(1);
      expect(gate[middle(1 - cell)]).toBeLessThan(0.05);
    }
  });

  it("is the base's gate: its gain times the share of attention, at most 1", () => {
    expect(gateOf(0, gain)).toBe(0);
    expect(gateOf(0.5 / gain, gain)).toBe(0.5);
    expect(gateOf(1, gain)).toBe(1);
  });
});
