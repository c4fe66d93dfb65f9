// Compares what is written inside a delivered PNG with the recipe that is stored beside it. Other programs, and people who were sent the file,
// read only what is inside, so a runner must not be able to write another prompt, seed or adapter there. Pure.

import { type Refusal, refuse } from "../lib/refusal.ts";
import type { PngText } from "../storage/png-texts.ts";

export type StoredRecipe = Record<string, unknown> & {
  base: string;
  prompt: string;
  negative_prompt: string;
  seed: number;
  steps: number;
  guidance: number;
  size: string;
  sampler?: string;
  clip_skip?: number;
  enlarged_to?: string;
  adapters: { ref: string; strength: number; sha256?: string }[];
};

type Written = { name: string; pointer: string; texts: PngText[] | null };

/** The XMP that marks a generated picture; only its exact form is stored. */
const XMP_KEYWORD = "XML:com.adobe.xmp";
/** `:g` of Python writes six digits. */
const ROUNDED = 1e-5;

const mismatch = (detail: string, pointer: string) => refuse("output_mismatch", detail, pointer);

/** `recipe` null: a picture that has none, such as a training's sample. */
export function writtenFault({ name, pointer, texts }: Written, recipe: StoredRecipe | null): Refusal | null {
  if (texts === null) return mismatch(`A text inside ${name} cannot be read.`, pointer);
  const seen = new Set<string>();
  for (const { keyword, text } of texts) {
    if (seen.has(keyword)) return mismatch(`${name} has two texts "${keyword}" inside.`, pointer);
    seen.add(keyword);
    if (keyword === XMP_KEYWORD) continue;
    const other = recipe && differenceOf(keyword, text, recipe);
    if (other === undefined || recipe === null) {
      return mismatch(`${name} has a text "${keyword}" inside, which runners do not write there.`, pointer);
    }
    if (other !== null) {
      return mismatch(`The text "${keyword}" inside ${name} says another ${other} than its recipe.`, pointer);
    }
  }
  return null;
}

/** The first field that differs; null where none does, undefined where the text is none of ours. */
function differenceOf(keyword: string, text: string, recipe: StoredRecipe): string | null | undefined {
  if (keyword === "orthoplex") return jsonDifference(text, recipe);
  return keyword === "parameters" ? parametersDifference(text, recipe) : undefined;
}

function jsonDifference(text: string, recipe: StoredRecipe): string | null {
  const written = parsed(text);
  if (typeof written !== "object" || written === null || Array.isArray(written)) return "recipe";
  const fields = written as Record<string, unknown>;
  const names = new Set([...Object.keys(recipe), ...Object.keys(fields)]);
  return [...names].find((name) => !isSame(fields[name], recipe[name])) ?? null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => isSame(left[key], right[key]));
}

/** The text of AUTOMATIC1111's web UI, as gpu-runner/orthoplex/png.py writes it. */
function parametersDifference(text: string, recipe: StoredRecipe): string | null {
  const at = text.lastIndexOf("\nSteps: ");
  const negative = recipe.negative_prompt === "" ? "" : `\nNegative prompt: ${recipe.negative_prompt}`;
  const words = text.slice(0, Math.max(0, at));
  if (!words.endsWith(negative)) return "negative prompt";
  const called = words.slice(0, words.length - negative.length);
  if (!called.startsWith(recipe.prompt)) return "prompt";
  const tags = called.slice(recipe.prompt.length);
  const members = [...tags.matchAll(/ <lora:([^:>]+):([^:>]+)>/g)];
  if (members.map(([tag]) => tag).join("") !== tags) return "prompt";
  const isCalled = recipe.adapters.every(
    ({ ref, strength }, i) => members[i]?.[1] === tagOf(ref) && isClose(members[i]?.[2], strength),
  );
  if (members.length !== recipe.adapters.length || !isCalled) return "adapters";
  return settingsDifference(text.slice(at + 1), recipe);
}

/** A colon or comma would end a tag early in every reader. */
const tagOf = (ref: string) => ref.replaceAll(/[/:,]/g, "-");
const isClose = (written: string | undefined, value: number) =>
  written !== undefined && Math.abs(Number(written) - value) <= ROUNDED * Math.max(1, Math.abs(value));

function settingsDifference(line: string, recipe: StoredRecipe): string | null {
  const settings = new Map<string, string>();
  for (const [, name = "", value = ""] of line.matchAll(
    /(?:^|, )([A-Z][A-Za-z ]*): ("[^"]*"|\{[^}]*\}|[^,]*)/g,
  )) {
    if (settings.has(name)) return name;
    settings.set(name, value);
  }
  const hashed = recipe.adapters.map(({ ref, sha256 = "" }) => [tagOf(ref), sha256.slice(0, 12)] as const);
  const names = hashed.map(([tag, hash]) => `${tag}: ${hash.toUpperCase()}`).join(", ");
  const hashes = Object.fromEntries(hashed.map(([tag, hash]) => [`lora:${tag}`, hash]));
  const expected: [string, string | number | undefined][] = [
    ["Steps", recipe.steps],
    ["Sampler", recipe.sampler],
    ["Seed", recipe.seed],
    ["Size", recipe.size],
    ["Model", recipe.base],
    ["Clip skip", recipe.clip_skip],
    ["Hires resize", recipe.enlarged_to],
    ["Lora hashes", hashed.length === 0 ? undefined : `"${names}"`],
  ];
  const other = expected.find(
    ([name, value]) => settings.get(name) !== (value === undefined ? value : String(value)),
  );
  if (other) return other[0];
  if (!isClose(settings.get("CFG scale"), recipe.guidance)) return "CFG scale";
  return isSame(parsed(settings.get("Hashes") ?? "{}"), hashes) ? null : "Hashes";
}
