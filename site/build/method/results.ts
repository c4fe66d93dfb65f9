// The schema of docs/results/results.json as the method page needs it, checked while the site is built: a missing part fails the
// build. The file is written by `npm run eval`; gpu-runner/orthoplex/eval/sections.py puts the same numbers into Markdown.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";

const FILE = resolve(import.meta.dirname, "../../../docs/results/results.json");
const OURS = "(ours)";

/** null: measured, but the number does not exist, like the standard error of one value. Not the same as missing. */
const Value = z.number().nullable();
/** The error is one standard error. */
const Spread = z.object({ mean: Value, error: Value });
const Measures = z.object({
  text: Spread,
  image: Spread,
  identity: Spread,
  named: Spread,
  score: Spread,
  distance: Spread,
});
const filled = <T extends z.ZodType>(values: T) =>
  z
    .record(z.string(), values)
    .refine((record) => Object.keys(record).length > 0, "holds nothing")
    .transform((record) => Object.entries(record));
const hasOurs = (names: readonly string[]) => names.filter(isOurs).length === 1;
const curves = <T extends z.ZodType>(point: T) =>
  filled(z.array(point).min(1)).refine(
    (entries) => hasOurs(entries.map(([name]) => name)),
    `has no single "${OURS}"`,
  );

const Method = z
  .object({
    method: z.string(),
    paper: z.string().nullable(),
    single: Measures,
    merged: filled(Measures),
    best_strength: z.string(),
    merge_seconds: z.number(),
  })
  .transform((method, context) => {
    const best = method.merged.find(([strength]) => strength === method.best_strength)?.[1];
    if (!best) context.addIssue(`${method.method} has nothing merged at its best strength`);
    return { ...method, best: best ?? method.single };
  });

const Scene = z.object({
  ...{ identity: Value, leak: Value, margin: Value, people: Value, distance: Value },
  // results of before these were measured have neither
  ...{ collapse: Value.optional(), text: Value.optional() },
});
/** Pictures compared byte for byte with and without others loaded; only bases with gates have it. */
const Residents = z.object({
  count: z.number(),
  pictures: z.number(),
  different: z.number(),
  silent: z.boolean(),
});
const Prediction = z.object({ pearson: Value, spearman: Value, spearman_within: filled(Value) });
const Crosstalk = z.object({ parameters: z.number(), activations: z.number(), distance_gained: z.number() });

const Results = z.object({
  provenance: z.object({
    command: z.string(),
    commit: z.string(),
    machine: z.string(),
    base: z.string(),
    weights: z.string(),
    minutes: z.number(),
  }),
  settings: z.object({
    name: z.string(),
    concepts: z.number(),
    curve_concepts: z.number(),
    ablation_concepts: z.number(),
    tuning_concepts: z.number(),
    seeds: z.array(z.number()).min(1),
    steps: z.number(),
    batch: z.number(),
    group: z.number(),
    rate_factors: z.array(z.number()).min(1),
  }),
  embedder: z.object({
    people: z.number(),
    eer_same_style: z.number(),
    eer_any_style: z.number(),
    threshold: z.number(),
    false_accept_rate: z.number(),
    detected_renders: z.number(),
    impostor_scores: z.number(),
  }),
  attributes: z.object({
    expression: z.number(),
    background: z.number(),
    colour: z.number(),
    glasses: z.number(),
    people: z.number(),
  }),
  tuning: z
    .record(
      z.string(),
      z.object({
        start: z.tuple([z.number(), z.number()]),
        chosen: z.number(),
        distances: z.record(z.string(), Value),
      }),
    )
    .transform((record) => Object.entries(record)),
  truth: Measures,
  main: z
    .array(Method)
    .refine((methods) => hasOurs(methods.map(({ method }) => method)), `has no single "${OURS}"`),
  curve: curves(Measures.extend({ count: z.number() })),
  strength: curves(Measures.extend({ strength: z.number() })),
  ablations: filled(filled(z.object({ single: Measures, merged: Measures }))),
  interference: z.object({
    points: curves(Crosstalk),
    predicts: z
      .object({ parameters: Prediction, activations: Prediction })
      .transform((predicts) => Object.entries(predicts)),
  }),
  together: filled(filled(Scene)),
  residents: Residents.nullish(),
  base: z.object({ id: z.string(), cell_px: z.number() }).optional(),
});

export type Results = z.output<typeof Results>;
export type Spread = z.output<typeof Spread>;
export type Measures = z.output<typeof Measures>;

/** Our own method, recognised by the suffix of its name. */
export function isOurs(name: string): boolean {
  return name.endsWith(OURS);
}

/** The one entry that is ours; the schema has checked that there is exactly one. */
export function oursOf<T>(entries: readonly (readonly [string, T])[]): T {
  const found = entries.find(([name]) => isOurs(name));
  if (!found) throw new Error(`nothing is called "... ${OURS}"`);
  return found[1];
}

/** Throws, naming every part that is missing. Records become lists of entries, in the order of the file. */
export function readResults(text: string): Results {
  const read = Results.safeParse(JSON.parse(text));
  if (!read.success) {
    throw new Error(`The results lack what the method page shows:\n${z.prettifyError(read.error)}`);
  }
  return read.data;
}

let results: Results | null = null;

/** The results of the last run of `npm run eval`, read once per build. */
export function theResults(): Results {
  results ??= readResults(readFileSync(FILE, "utf8"));
  return results;
}
