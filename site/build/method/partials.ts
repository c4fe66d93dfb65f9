// The content of the placeholders of /method/: numbers of the base, results of the last evaluation, and diagrams that follow the theme.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { EMBEDDED_BASE } from "../../../schema/bases/index.ts";
import { baseFacts } from "./base-facts.ts";
import { goalsHtml, mainHtml } from "./methods.ts";
import { answersHtml, plotsHtml, sheetHtml } from "./pictures.ts";
import { theResults } from "./results.ts";
import {
  ablationsHtml,
  curveHtml,
  effectsHtml,
  metricsHtml,
  noticeHtml,
  predictsHtml,
  provenanceHtml,
  sceneHtml,
} from "./studies.ts";

const DRAWINGS = resolve(import.meta.dirname, "../../pages/method");

/** Inlined, because an SVG in an <img> cannot use the page's colours. */
function diagramHtml(name: string): string {
  return readFileSync(resolve(DRAWINGS, `${name}.svg`), "utf8").trim();
}

function curvePlotsHtml(): string {
  const names = theResults()
    .curve.map(([name]) => name)
    .join(", ");
  return plotsHtml("Curves", [
    [
      "identity-by-count.svg",
      `Identity by number of merged concepts: ${names}. The table below has the numbers.`,
    ],
    ["distance-by-count.svg", `Distance to the truth by number of merged concepts: ${names}.`],
    ["distance-by-strength.svg", `Distance to the truth by strength of the merge: ${names}.`],
  ]);
}

function crosstalkPlotsHtml(): string {
  return plotsHtml(
    "Crosstalk and distance gained",
    ["parameters", "activations"].map((kind) => [
      `crosstalk-${kind}.svg`,
      `Distance gained by crosstalk of ${kind}, a dot for every ordered pair of concepts.`,
    ]),
  );
}

function togetherHtml(): string {
  return theResults()
    .together.map(
      ([people, ways]) =>
        `<h4>${people} people</h4>${sceneHtml(people, ways)}${sheetHtml(`scenes-${people}.webp`, `${people} people in one picture: the truth, then every way of the table.`)}`,
    )
    .join("\n");
}

export const METHOD_PARTIALS: Readonly<Record<string, () => string>> = {
  "base-id": () => EMBEDDED_BASE.id,
  "base-entries": () => String(baseFacts().entries),
  "base-gain": () => String(baseFacts().gain),
  "base-layers": () => String(baseFacts().layers),
  "base-rank": () => String(baseFacts().rank),
  "base-tokens": () => String(baseFacts().tokens),
  "base-class": () => String(baseFacts().class),
  "base-pairwise": () => String(baseFacts().pairwise),
  "base-file-kib": () => baseFacts().fileKib.toFixed(0),
  "diagram-sum": () => diagramHtml("sum"),
  "diagram-axes-slots": () => diagramHtml("axes-slots"),
  "diagram-axes-gates": () => diagramHtml("axes-gates"),
  "diagram-words": () => diagramHtml("scene-words"),
  "diagram-boxes": () => diagramHtml("scene-boxes"),
  "diagram-apart": () => diagramHtml("scene-apart"),
  "method-notice": () => noticeHtml(theResults()),
  "method-goals": () => goalsHtml(theResults()),
  "method-main": () => mainHtml(theResults()),
  "method-sheet": () =>
    sheetHtml("methods.webp", "One group of characters: the truth, ours alone, then merged by every method."),
  "method-plots": curvePlotsHtml,
  "method-curve": () => curveHtml(theResults()),
  "method-counts": () =>
    sheetHtml("counts.webp", "The same characters while more and more concepts are merged."),
  "method-effects": () => effectsHtml(theResults()),
  "method-answers": () => answersHtml(theResults()),
  "method-predicts": () => predictsHtml(theResults()),
  "method-crosstalk-plots": crosstalkPlotsHtml,
  "method-ablations": () => ablationsHtml(theResults()),
  "method-together": togetherHtml,
  "method-metrics": () => metricsHtml(theResults()),
  "method-provenance": () => provenanceHtml(theResults()),
};
