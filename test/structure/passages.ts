// Finds passages that stand twice word for word. A line counts without its white space; blank lines, comments, imports and lines of
// punctuation alone are passed over. Pure.

export type Source = { path: string; text: string };
export type Place = { path: string; first: number; last: number };
export type Passage = [Place, Place];

type Line = { text: string; number: number };

/** Each passage of `least` lines or more that two places share, once. A place may share several. */
export function repeatedPassages(sources: readonly Source[], least: number): Passage[] {
  const files = sources.map(({ path, text }) => ({ path, lines: linesOf(path, text) }));
  const seen = new Map<string, [file: number, at: number]>();
  const passages: Passage[] = [];
  for (const [file, { path, lines }] of files.entries()) {
    for (let at = 0; at + least <= lines.length; ) {
      const key = textOf(lines, at, least);
      const before = seen.get(key);
      if (before === undefined || (before[0] === file && before[1] + least > at)) {
        if (before === undefined) seen.set(key, [file, at]);
        at += 1;
        continue;
      }
      const other = files[before[0]];
      if (other === undefined) throw new Error("A place of no file");
      let length = least;
      while (at + length < lines.length && other.lines[before[1] + length]?.text === lines[at + length]?.text)
        length += 1;
      passages.push([place(other.path, other.lines, before[1], length), place(path, lines, at, length)]);
      at += length;
    }
  }
  return passages;
}

function textOf(lines: readonly Line[], at: number, count: number): string {
  return lines
    .slice(at, at + count)
    .map(({ text }) => text)
    .join("\n");
}

function place(path: string, lines: readonly Line[], at: number, count: number): Place {
  return { path, first: lines[at]?.number ?? 0, last: lines[at + count - 1]?.number ?? 0 };
}

/** The lines that count, with their numbers. */
function linesOf(path: string, text: string): Line[] {
  const blanked = text
    .replace(path.endsWith(".py") ? /^(from|import) [^(\n]*(\([^)]*\))?/gm : /^import\b[\s\S]*?;$/gm, blank)
    .replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->/g, blank);
  const comment = path.endsWith(".py") ? /^#/ : /^\/\//;
  return blanked.split("\n").flatMap((line, index) => {
    const words = line.trim().replace(/\s+/g, " ");
    return /\w/.test(words) && !comment.test(words) ? [{ text: words, number: index + 1 }] : [];
  });
}

/** White space, but with as many lines. */
const blank = (text: string) => text.replace(/[^\n]/g, "");
