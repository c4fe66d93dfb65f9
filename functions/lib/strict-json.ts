// JSON that every reader parses alike: no duplicate key, no lone surrogate, no number beyond a double, bounded nesting. Pure; twin of
// gpu-runner/orthoplex/ortho/strict_json.py, held to it by schema/examples/hostile-headers.json and npm run x -- fuzz --headers.

/** The reference reader of safetensors gives up at 128; nothing here needs 32. */
const DEPTH_MAX = 32;

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN = '[^"\\\\\\u0000-\\u001f]*';
const STRING = new RegExp(`"${PLAIN}(?:\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4})${PLAIN})*"`, "y");
const WHOLE = /^(?:0|-?[1-9][0-9]*)$/;
const WORDS: readonly (readonly [string, unknown])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

class NotStrict extends Error {}

/**
 * The value of a JSON text, or undefined where it is none or one that readers take differently. With `wholeNumbers` a number
 * that is not written as a whole one (`2.0`, `1e3`, `-0`) reads as NaN, which no count is.
 */
export function parseStrictJson(text: string, { wholeNumbers = false } = {}): unknown {
  try {
    return new Parser(text, wholeNumbers).whole();
  } catch (error) {
    // RangeError: the engine's own stack was not enough for a string's escapes.
    if (error instanceof NotStrict || error instanceof RangeError) return undefined;
    throw error;
  }
}

class Parser {
  readonly #text: string;
  readonly #wholeNumbers: boolean;
  #at = 0;

  constructor(text: string, wholeNumbers: boolean) {
    this.#text = text;
    this.#wholeNumbers = wholeNumbers;
  }

  whole(): unknown {
    const value = this.#value(0);
    if (this.#at !== this.#text.length) throw new NotStrict();
    return value;
  }

  #value(depth: number): unknown {
    this.#take(SPACE);
    const value = this.#bare(depth);
    this.#take(SPACE);
    return value;
  }

  #bare(depth: number): unknown {
    const first = this.#text[this.#at];
    if (first === "{") return this.#object(depth + 1);
    if (first === "[") return this.#array(depth + 1);
    if (first === '"') return this.#string();
    const word = WORDS.find(([name]) => this.#text.startsWith(name, this.#at));
    if (!word) return this.#number();
    this.#at += word[0].length;
    return word[1];
  }

  #object(depth: number): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    this.#members(depth, "}", () => {
      this.#take(SPACE);
      const key = this.#string();
      this.#take(SPACE);
      if (entries.has(key) || !this.#skip(":")) throw new NotStrict();
      entries.set(key, this.#value(depth));
    });
    // fromEntries defines own properties, so that a key __proto__ is only a name.
    return Object.fromEntries(entries);
  }

  #array(depth: number): unknown[] {
    const values: unknown[] = [];
    this.#members(depth, "]", () => values.push(this.#value(depth)));
    return values;
  }

  #members(depth: number, end: string, read: () => void): void {
    if (depth > DEPTH_MAX) throw new NotStrict();
    this.#at += 1;
    this.#take(SPACE);
    if (this.#skip(end)) return;
    do read();
    while (this.#skip(","));
    if (!this.#skip(end)) throw new NotStrict();
  }

  #string(): string {
    const text = JSON.parse(this.#take(STRING) ?? "null") as string | null;
    if (text === null || !text.isWellFormed()) throw new NotStrict();
    return text;
  }

  #number(): number {
    const written = this.#take(NUMBER);
    if (!written) throw new NotStrict();
    const value = Number(written);
    if (!Number.isFinite(value)) throw new NotStrict();
    return this.#wholeNumbers && !WHOLE.test(written) ? Number.NaN : value;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }
}
