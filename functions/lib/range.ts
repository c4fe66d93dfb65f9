// One HTTP byte range (RFC 9110, section 14). Several ranges at once are answered with the whole file, as the RFC allows.

export type ByteRange = { offset: number; length: number };

/** The range asked for, null for the whole file, or "unsatisfiable". */
export function parseRange(header: string | undefined, size: number): ByteRange | null | "unsatisfiable" {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return null;
  if (match[1] === "") {
    const length = Math.min(Number(match[2]), size);
    return length === 0 ? "unsatisfiable" : { offset: size - length, length };
  }
  const offset = Number(match[1]);
  const last = match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (offset >= size) return "unsatisfiable";
  return last < offset ? null : { offset, length: last - offset + 1 };
}
