// Parses origins as typed, separated by commas or spaces; path and query of a pasted address are dropped. Pure.

export function originsIn(text: string): string[] {
  const parts = text.split(/[\s,]+/).filter((part) => part !== "");
  return [...new Set(parts.map(originOf))];
}

/** Text that is no address is kept: the API reports what is wrong with it. */
function originOf(part: string): string {
  const { origin } = URL.canParse(part) ? new URL(part) : { origin: "null" };
  return origin === "null" ? part : origin;
}
