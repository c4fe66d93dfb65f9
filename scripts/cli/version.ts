// The version: inserted when the command line is packed; in a checkout it is read from package.json.

import { readFileSync } from "node:fs";

declare const ORTHOPLEX_VERSION: string | undefined;

export function version(): string {
  if (typeof ORTHOPLEX_VERSION === "string") return ORTHOPLEX_VERSION;
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
