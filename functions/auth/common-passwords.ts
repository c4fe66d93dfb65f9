// Common passwords, which an attacker tries first. common-passwords.json is the part of Royce Williams' list of the 20,000 most common ones
// (https://gist.github.com/roycewilliams/226886fd01572964e1431ac8afc999ce, as shipped with Django 5.2) that our minimum length admits. Pure.

import common from "./common-passwords.json" with { type: "json" };

const COMMON = new Set<string>(common);
/** Shorter ones make up longer ones: repeated, or with a few digits behind. */
const PERIOD_MAX = 4;
const OWN_WORD_MIN = 4;
const DISTINCT_MIN = 4;

/** Words that the list has in no form: of the calendar, and what administrators hand out. */
const HANDED_OUT =
  "spring summer autumn fall winter january february march april may june july august september october november december monday tuesday " +
  "wednesday thursday friday saturday sunday sommer herbst printemps automne hiver primavera verano otoño invierno welcome changeme secret company office login";
/** What may stand around a word, such as a date with a sign, before it is more to guess than the word. */
const AROUND_MAX = 9;
const AROUND = "[\\p{N}\\p{P}\\p{S}\\s]";
const LEADING = new RegExp(`^${AROUND}+`, "u");
const TRAILING = new RegExp(`${AROUND}+$`, "u");
const COMMON_WORD = /^\p{L}{4,}$/u;

/** The words of common passwords, without digits and signs around: made when first asked for, since few requests choose a password. */
let words: Set<string> | undefined;
const commonWords = () => {
  words ??= new Set([
    ...HANDED_OUT.split(" "),
    ...common
      .map((each) => each.replace(LEADING, "").replace(TRAILING, ""))
      .filter((word) => COMMON_WORD.test(word)),
  ]);
  return words;
};

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

const spelledOut = (text: string) => [...text].map((sign) => SPELLED[sign] ?? sign).join("");

/** Why this password is refused, as a sentence for its user; null if it is accepted. */
export function passwordFault(password: string, owner: Owner | null | undefined): string | null {
  const lower = password.toLowerCase();
  const bases = [lower, lower.replace(/[\p{N}\p{P}\p{S}]+$/u, "")];
  const spelled = bases.map(spelledOut);
  const forms = [...bases, ...spelled].flatMap((text) => [text, plainOf(text), text.replaceAll(" ", "")]);
  const guessed = "This password is among those that are tried first. Choose another, such as four words.";
  if (forms.some((form) => COMMON.has(form)) || isDressedWord(lower)) return guessed;
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

/** A common word with digits and signs around it: Summer2026!, however it is spelled. */
function isDressedWord(lower: string): boolean {
  const ended = lower.replace(TRAILING, "");
  const cores = [ended, ended.replace(LEADING, ""), lower.replace(LEADING, "")];
  return cores
    .filter((core) => lower.length - core.length <= AROUND_MAX)
    .flatMap((core) => [core, spelledOut(core)])
    .some((core) => commonWords().has(core));
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
