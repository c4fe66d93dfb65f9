// Text that people and programs send. Every string of a request that is stored, shown or passed on derives from a schema here, so that nothing
// is accepted that a later stage cannot carry: SQLite, PNG, XML, a log, a prompt. test/schema/text.test.ts walks all requests.

import { z } from "zod";
import { isWhole, JSON_DEPTH_MAX, TEXT, UNCARRIABLE, uncarriableAt } from "./characters.ts";

const LINE_ENDS = "\\u0009\\u000a\\u000d\\u2028\\u2029";
const LINE = new RegExp(`^[^${UNCARRIABLE}${LINE_ENDS}]*$`);
const FAULTS = new RegExp(`[${UNCARRIABLE}\\ud800-\\udfff\\p{Noncharacter_Code_Point}]+`, "gu");

/**
 * What takes no room on a screen or leaves it empty: white space, what Unicode has readers ignore, controls of scripts, Hangul fillers, the empty
 * Braille cell; and what stands for something that was lost (U+FFFC, U+FFFD). Written out, since what a property holds changes with each
 * reader's version of Unicode.
 */
const INVISIBLE =
  "\\u0000-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u070f\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f" +
  "\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\uffff" +
  "\\u{13430}-\\u{1343f}\\u{1d159}\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}\\ud800-\\udfff";
/** Combining marks change the character before them; alone they are none. There are too many to write out: one that is newer than the reader's Unicode counts as seen. */
const VISIBLE = new RegExp(`[^${INVISIBLE}\\p{M}]`, "u");

const NOT_TEXT = "must not hold control characters, bidirectional overrides or half a character";
const NOT_LINE = "must be one line without control characters, bidirectional overrides or half a character";
const NOT_VISIBLE = "must hold something that can be seen";

export const isVisible = (text: string): boolean => VISIBLE.test(text);
/** An empty text is refused by its length. */
const isVisibleIfAny = (text: string): boolean => text === "" || isVisible(text);

/** Canonical composition (UAX 15): what looks the same is the same, in a list, a search and a comparison. */
const composed = () => z.string().trim().normalize("NFC");

const inLines = (text: z.ZodString) => text.regex(TEXT, NOT_TEXT).refine(isWhole, NOT_TEXT);
const inOneLine = <T extends z.ZodString | z.ZodURL>(text: T): T =>
  text.regex(LINE, NOT_LINE).refine(isWhole, NOT_LINE) as T;

/** What stands between commas elsewhere, as a class word does in captions. */
export const withoutComma = (text: z.ZodString) => text.regex(/^[^,]*$/, "must have no comma");

/** Text of several lines exactly as it was sent, such as a password or the content of a file; may be empty. */
export const plainText = (max: number) => inLines(z.string().max(max));

/** Text of several lines that is shown as it was sent, in composed characters; may be empty. */
export const prose = (max: number) => inLines(z.string().normalize("NFC").max(max));

/** A prompt: text of several lines, as it was sent, that says something. */
export const prompt = (max: number) =>
  inLines(z.string().min(1).max(max)).refine(isVisibleIfAny, NOT_VISIBLE);

/** Text of several lines that says something: a comment, a reason. */
export const message = (max: number) =>
  inLines(composed().min(1).max(max)).refine(isVisibleIfAny, NOT_VISIBLE);

/** Text of several lines that may be left empty, but not by what only looks so. */
export const optionalMessage = (max: number) =>
  inLines(composed().max(max)).refine(isVisibleIfAny, NOT_VISIBLE);

/** One line that names something. */
export const title = (max: number) =>
  inOneLine(composed().min(1).max(max)).refine(isVisibleIfAny, NOT_VISIBLE);

/** One line that names something, as a file contains it. */
export const label = (max: number) =>
  inOneLine(z.string().min(1).max(max)).refine(isVisibleIfAny, NOT_VISIBLE);

/** One line that may be left empty. */
export const optionalTitle = (max: number) =>
  inOneLine(composed().max(max)).refine(isVisibleIfAny, NOT_VISIBLE);

/** One line as it was sent: an id, a cursor, words of a search. */
export const token = (max: number) => inOneLine(z.string().max(max));

/** An absolute address. */
export const address = (max: number) => inOneLine(z.url({ error: "must be an address" }).max(max));

const JSON_KEY_MAX_CHARACTERS = 200;

const isCarriable = (value: unknown) => uncarriableAt(value) === null;
const NOT_CARRIABLE = `must hold no control characters, bidirectional overrides or half a character, and nest at most ${JSON_DEPTH_MAX} deep`;

/** An object of no fixed shape. */
export const jsonObject = () =>
  z.record(plainText(JSON_KEY_MAX_CHARACTERS), z.unknown()).refine(isCarriable, NOT_CARRIABLE);

/** The same, of at most so many characters as JSON: it is stored, and shown with what it belongs to. */
export const boundedJsonObject = (max: number) =>
  jsonObject().refine(
    (value) => JSON.stringify(value).length <= max,
    `must have at most ${max} characters as JSON`,
  );

/** A schema that lets further fields through, whatever they hold as long as it can be carried. */
export const carriable = <T extends z.ZodType>(schema: T): T =>
  schema.refine(isCarriable, NOT_CARRIABLE) as T;

/** For text of others that cannot be refused, such as a file in an archive or a profile elsewhere: the same, composed, without what nothing carries. */
export const cleaned = (text: string): string => text.replaceAll(FAULTS, "").normalize("NFC");
