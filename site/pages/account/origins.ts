// Origins as somebody types them, by commas or spaces: what stands behind the name of a pasted address is left out. Pure.

export function originsIn(text: string): string[] {
  const parts = text.split(/[\s,]+/).filter((part) => part !== "");
  return [...new Set(parts.map(originOf))];
}

/** What is no address at all is left as it is: the API says what is wrong with it. */
function originOf(part: string): string {
  const { origin } = URL.canParse(part) ? new URL(part) : { origin: "null" };
  return origin === "null" ? part : origin;
}
