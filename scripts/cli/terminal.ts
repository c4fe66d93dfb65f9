// Terminal output of the command line: tables, a progress line that is rewritten in place, a hidden prompt for secrets.

import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { cutText } from "../../schema/contract/cut-text.ts";
import type { Values } from "./command.ts";

/** Writes to stderr, so that stdout holds only results. */
export const say = (line: string) => process.stderr.write(`${line}\n`);
const print = (line: string) => process.stdout.write(`${line}\n`);

/** Prints the API's answer for --json, else readable lines. */
export function show(values: Values, answer: unknown, lines: () => string[]): void {
  if (values.json) print(JSON.stringify(answer, null, 2));
  else for (const line of lines()) print(line);
}

/** Columns are as wide as their widest cell; the last column is not padded. */
export function table(rows: string[][]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

const BAR_CELLS = 24;

export function bar(done: number, total: number): string {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  const full = Math.round(share * BAR_CELLS);
  return `${"█".repeat(full)}${"░".repeat(BAR_CELLS - full)} ${String(Math.round(share * 100)).padStart(3)} %`;
}

/** A line that is rewritten in place on a terminal; elsewhere each new text is a line of its own. */
export class ProgressLine {
  #last = "";

  update(line: string): void {
    if (line === this.#last) return;
    this.#last = line;
    if (process.stderr.isTTY)
      process.stderr.write(`\r\x1b[K${cutText(line, (process.stderr.columns ?? 80) - 1)}`);
    else say(line);
  }

  end(): void {
    if (process.stderr.isTTY && this.#last) process.stderr.write("\r\x1b[K");
    this.#last = "";
  }
}

/** Reads a secret from a terminal without echo, or the first line of a pipe. */
export async function askSecret(question: string): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY });
  try {
    for await (const line of reader) return line.trim();
    return "";
  } finally {
    reader.close();
    if (process.stdin.isTTY) process.stderr.write("\n");
  }
}

export const bytesText = (bytes: number) =>
  bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(0)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
