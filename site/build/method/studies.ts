// The other measurements as tables: number of concepts, ablations, crosstalk, several people in one picture, metrics.

import { EMBEDDED_BASE } from "../../../schema/bases/index.ts";
import { escapeHtml } from "../escape.ts";
import { baseFacts } from "./base-facts.ts";
import { meanOf, number, percent, withSpread } from "./numbers.ts";
import type { Measures, Results } from "./results.ts";
import { factsHtml, foldedHtml, kindOf, tableHtml } from "./table.ts";

function pair(single: Measures, merged: Measures, column: keyof Measures): string {
  return `${number(single[column].mean)} → ${withSpread(merged[column])}`;
}

/** What many loaded concepts change where each acts through its gate, or beyond a class of slots where none has one. */
function manyHtml({ curve, residents }: Results): string {
  if (!residents) return beyondOneClass(curve);
  const { count, pictures, different, silent } = residents;
  return `<p>${pictures} pictures were drawn by the product with ${count} concepts loaded, of which one or two are named: ${different} differ in any byte from those without the others. With all of them attached to a prompt that names none, the base's prediction is ${silent ? "the same to the bit" : "not the same"}.</p>\n`;
}

/** The effect of merging more concepts than a class of slots holds. */
function beyondOneClass(curve: Results["curve"]): string {
  const size = baseFacts().class;
  const ours = curve.find(([name]) => kindOf(name).kind === "ours")?.[1] ?? [];
  const within = ours.findLast(({ count }) => count <= size);
  const beyond = ours.find(({ count }) => count > size);
  if (!within || !beyond) return "";
  const [before, after] = [within, beyond].map(
    ({ identity, count }) => `${number(identity.mean)} at ${count}`,
  );
  return `<p>A class holds ${size} slots. Of ${beyond.count} concepts some are of another class and share a column with most of the others: our identity is ${before} and ${after}.</p>\n`;
}

export function curveHtml(results: Results): string {
  const { curve, strength } = results;
  const counts = curve[0]?.[1].map(({ count }) => String(count)) ?? [];
  const strengths = strength[0]?.[1].map((point) => String(point.strength)) ?? [];
  const merged = tableHtml(
    "Identity and distance by number of merged concepts",
    ["Merged", ...counts],
    curve.flatMap(([name, points]) => [
      { name, ...kindOf(name), cells: points.map((point) => withSpread(point.identity)) },
      {
        name: "distance",
        kind: "minor" as const,
        cells: points.map((point) => withSpread(point.distance, 1)),
      },
    ]),
  );
  const byStrength = tableHtml(
    "Distance by strength",
    ["Strength", ...strengths],
    strength.map(([name, points]) => ({
      name,
      ...kindOf(name),
      cells: points.map((point) => withSpread(point.distance, 1)),
    })),
  );
  return `${manyHtml(results)}${foldedHtml("Identity and distance by number of merged concepts, as a table", merged)}
${foldedHtml("Distance by strength, as a table", byStrength)}`;
}

export function ablationsHtml({ ablations, settings }: Results): string {
  const head = ["", "identity", "named", "score", "distance, single", "distance, merged"];
  const parts = ablations.map(([question, answers], index) => {
    const rows = answers.map(([name, { single, merged }]) => ({
      name,
      ...kindOf(name),
      cells: [
        pair(single, merged, "identity"),
        pair(single, merged, "named"),
        pair(single, merged, "score"),
        withSpread(single.distance, 1),
        withSpread(merged.distance, 1),
      ],
    }));
    const title = `${question.charAt(0).toUpperCase()}${question.slice(1)}`;
    const folded = foldedHtml(title, tableHtml(title, head, rows));
    return index === 0 ? folded.replace("<details", "<details open") : folded;
  });
  return `<p>One thing is changed at a time; all ${settings.ablation_concepts} characters of the ablations are merged at strength 1, with the first seed.</p>${parts.join("\n")}`;
}

/** For every training method, over all ordered pairs: do weights overlap, does the other residual respond, what does that cost? */
export function effectsHtml({ interference }: Results): string {
  const rows = interference.points.map(([name, points]) => ({
    name,
    ...kindOf(name),
    cells: [
      number(meanOf(points.map((point) => point.parameters))),
      number(meanOf(points.map((point) => point.activations))),
      number(meanOf(points.map((point) => point.distance_gained)), 2),
    ],
  }));
  const head = ["Trained", "weights meet", "the other answers", "the picture moves away"];
  return tableHtml("Crosstalk of pairs of concepts", head, rows);
}

export function predictsHtml({ interference }: Results): string {
  const within = interference.predicts[0]?.[1].spearman_within.map(([name]) => escapeHtml(name)) ?? [];
  const rows = interference.predicts.map(([kind, { pearson, spearman, spearman_within }]) => ({
    name: kind,
    cells: [pearson, spearman, ...spearman_within.map(([, value]) => value)].map((value) => number(value, 2)),
  }));
  return tableHtml(
    "Correlation of crosstalk with distance gained",
    ["Crosstalk by", "Pearson", "Spearman", ...within],
    rows,
  );
}

export function sceneHtml(people: string, ways: Results["together"][number][1]): string {
  const shares = [
    ["collapse", "collapse"],
    ["identity", "identity"],
    ["text", "text"],
    ["leak", "leak"],
    ["margin", "margin"],
    ["somebody", "people"],
  ] as const;
  const shown = shares.filter(([, key]) => ways.some(([, way]) => way[key] !== undefined));
  const rows = ways.map(([name, way]) => ({
    name,
    ...(name === "the true renders" ? { kind: "truth" as const } : kindOf(name)),
    cells: [...shown.map(([, key]) => number(way[key] ?? null)), number(way.distance, 1)],
  }));
  return tableHtml(
    `${people} people in one picture`,
    ["Way", ...shown.map(([head]) => head), "distance"],
    rows,
  );
}

export function metricsHtml({ embedder: e, attributes: a, base }: Results): string {
  const cell = base?.cell_px ?? 64;
  const larger =
    cell > 64
      ? `<p>A person of this base has ${cell} pixels a side. Distance and expression are read at that size; pictures are averaged down to 64 pixels before the networks of the other metrics see them.</p>\n`
      : "";
  return `${larger}<dl class="facts">
<dt>identity</dt><dd>The share of pictures in which the character is recognised. The embedder's equal error rate on ${e.people} unseen characters is ${percent(e.eer_same_style, 2)} against others of the same style and ${percent(e.eer_any_style, 2)} against anybody. At its threshold ${number(e.threshold)}, which ${percent(e.false_accept_rate)} of ${e.impostor_scores} impostors of the same style pass, it recognises ${percent(e.detected_renders)} of true renders. A picture is compared with the character's renders in its <em>other</em> expressions. <b>score</b> is the cosine behind it.</dd>
<dt>named</dt><dd>The share of pictures that score highest for the right one of all characters trained here.</dd>
<dt>text</dt><dd>The share of what was asked that is seen: expression, background, its colour, one person, glasses as in the truth. On renders of unseen characters these are read right in ${percent(a.expression)}, ${percent(a.background)}, ${percent(a.colour)}, ${percent(a.people)} and ${percent(a.glasses)}.</dd>
<dt>image</dt><dd>The cosine between the picture and the true render in the embedder's space.</dd>
<dt>distance</dt><dd>The mean absolute difference from the true render, of 255. Less is better; in all others more is.</dd>
</dl>`;
}

export function provenanceHtml({ provenance: p, settings }: Results): string {
  const facts: [string, string][] = [
    ["Command", `<code>${escapeHtml(p.command)}</code>`],
    ["Size", escapeHtml(settings.name)],
    ["Commit", `<code>${escapeHtml(p.commit)}</code>`],
    ["Machine", escapeHtml(p.machine)],
    ["Base", `<code>${escapeHtml(p.base)}</code>`],
    ["Weights of the base", `<code>${escapeHtml(p.weights)}</code>`],
    ["Time", `${number(p.minutes, 0)} minutes; what an earlier run had measured is not counted`],
  ];
  return factsHtml(facts);
}

/** Above the numbers of a run that was too short to mean anything, or that measured another base than the product's. */
export function noticeHtml({ settings, provenance }: Results): string {
  if (settings.name === "tiny") {
    return `<div class="notice warn"><p><strong>These numbers mean nothing.</strong> They come from the tiny size of the evaluation, which only shows that it works.</p></div>`;
  }
  if (provenance.base === EMBEDDED_BASE.id) return "";
  const base = `<code>${escapeHtml(provenance.base)}</code>`;
  return `<div class="notice"><p><strong>Measured on ${base}, the base before this one.</strong> “Ours” in these tables is the method that ${base} had, marks in reserved channels. What <code>${EMBEDDED_BASE.id}</code> reaches with entries and gates is to be measured.</p></div>`;
}
