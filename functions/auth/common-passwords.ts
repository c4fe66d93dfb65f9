// Common passwords, which an attacker tries first. common-passwords.json is the part of Royce Williams' list of the 20,000 most common ones
// (https://gist.github.com/roycewilliams/226886fd01572964e1431ac8afc999ce, as shipped with Django 5.2) that our minimum length admits. Pure.

import common from "./common-passwords.json" with { type: "json" };

const COMMON = new Set<string>(common);
/** Shorter ones make up longer ones: repeated, or with a few digits behind. */
const PERIOD_MAX = 4;
const OWN_WORD_MIN = 4;
const DISTINCT_MIN = 4;

/** Characters that replace others in disguised words: p@ssw0rd. */
const SPELLED: Record<string, string> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
};

type Owner = { email?: unknown; name?: unknown; handle?: unknown };

const plainOf = (text: unknown) =>
  String(text ?? "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

/** Why this password is refused, as a sentence for its user; null if it is accepted. */
export function passwordFault(password: string, owner: Owner | null | undefined): string | null {
  const lower = password.toLowerCase();
  const bases = [lower, lower.replace(/[\p{N}\p{P}\p{S}]+$/u, "")];
  const spelled = bases.map((text) => [...text].map((sign) => SPELLED[sign] ?? sign).join(""));
  const forms = [...bases, ...spelled].flatMap((text) => [text, plainOf(text), text.replaceAll(" ", "")]);
  const guessed = "This password is among those that are tried first. Choose another, such as four words.";
  if (forms.some((form) => COMMON.has(form))) return guessed;
  if (new Set(lower).size < DISTINCT_MIN || isPeriodic(lower) || isSequence(lower)) return guessed;
  const own = [
    owner?.email,
    owner?.name,
    owner?.handle,
    String(owner?.email ?? "").split("@")[0],
    "orthoplex",
  ];
  const bare = plainOf(lower).replace(/^\p{N}+|\p{N}+$/gu, "");
  const isOwn = own
    .map(plainOf)
    .some((word) => word.length >= OWN_WORD_MIN && (word === bare || word === plainOf(lower)));
  return isOwn ? "This password is your own name or address. Choose another, such as four words." : null;
}

/** One piece of a few characters, or one that is common by itself, again and again. */
function isPeriodic(text: string): boolean {
  for (let period = 1; period <= text.length / 2; period++) {
    const unit = text.slice(0, period);
    const repeats = text === unit.repeat(Math.ceil(text.length / period)).slice(0, text.length);
    if (repeats && (period <= PERIOD_MAX || COMMON.has(unit))) return true;
  }
  return false;
}

/** abcdefgh, 98765432, 123456789012: each character the next or the last but one of that before; after 9 comes 0. */
function isSequence(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const isDigits = /^[0-9]+$/.test(text);
  const steps = new Set(
    codes.slice(1).map((code, i) => {
      const step = code - (codes[i] ?? 0);
      return isDigits && Math.abs(step) > 5 ? step - Math.sign(step) * 10 : step;
    }),
  );
  const [step] = steps;
  return steps.size === 1 && step !== undefined && Math.abs(step) <= 2;
}
