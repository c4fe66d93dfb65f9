// Parses what Vitest, pytest and node:test print: how many tests passed, failed and were skipped, and what failed. Pure.

export type Counts = { passed: number; failed: number; skipped: number };

export const noCounts: Counts = { passed: 0, failed: 0, skipped: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The last summary of the output; all zero where there is none. */
export function countsIn(output: string): Counts {
  const lines = plainLines(output);
  // Vitest: "      Tests  1 failed | 20 passed | 2 skipped (23)"
  const vitest = lines.findLast((line) => /^\s*Tests\s+\d+ (passed|failed|skipped)/.test(line));
  // pytest: "==== 3 failed, 120 passed, 1 skipped in 9.21s ====", with -q without the frame
  const pytest = lines.findLast((line) => /\d+ (passed|failed|errors?|skipped)\b.* in [\d.]+s/.test(line));
  const summary = vitest ?? pytest;
  if (summary) {
    return {
      passed: numberBefore(summary, "passed"),
      failed: numberBefore(summary, "failed") + numberBefore(summary, "errors?"),
      skipped: numberBefore(summary, "skipped"),
    };
  }
  // node:test: "ℹ pass 5", "ℹ fail 0", "ℹ skipped 0"
  const counted = (word: string) => {
    const line = lines.findLast((line) => new RegExp(`^(ℹ|#) ${word} \\d+$`).test(line.trim()));
    return Number(line?.trim().split(" ").at(-1) ?? 0);
  };
  return { passed: counted("pass"), failed: counted("fail"), skipped: counted("skipped") };
}

/**
 * What the runner itself says of the failures, at most `limit` lines: its closing section, or, of a program that has none (types, lint),
 * its last lines. The beginning of a section names the first failure, so the section's end is what is left out.
 */
export function failuresIn(output: string, limit = 60): string[] {
  const lines = plainLines(output.trimEnd());
  const begin = lines.findIndex((line) =>
    /Failed (Tests|Suites) \d+|^=+ (FAILURES|ERRORS) =+$|^✖ failing tests:/.test(line),
  );
  if (begin < 0) return lines.slice(-limit);
  const end = lines.findIndex((line, at) => at > begin && /^\s*Test Files\s/.test(line));
  return lines.slice(begin, Math.min(end < 0 ? lines.length : end, begin + limit));
}

/** The test files in which something failed, in the words of the three runners; empty where they name none. */
export function failedFiles(output: string): string[] {
  const files: string[] = [];
  // Node names the file that calls test(): the journeys' steps.ts for all of them. Theirs is the first test file of the stack.
  let isElsewhere = false;
  for (const line of plainLines(output)) {
    const vitest = /^\s*FAIL\s+(\S+\.test\.tsx?)(?:\s|$)/.exec(line);
    const node = /^test at (\S+\.test\.ts):\d+/.exec(line);
    const pytest = /^(?:FAILED|ERROR) (\S+?\.py)(?:::|\s|$)/.exec(line);
    const stack: RegExpExecArray | null = isElsewhere
      ? /^\s+at .*?\b(test\/\S+\.test\.ts):\d+/.exec(line)
      : null;
    const file: string | undefined = (vitest ?? node ?? pytest ?? stack)?.[1];
    if (file) files.push(file);
    isElsewhere = !file && (isElsewhere || line.startsWith("test at "));
  }
  return [...new Set(files)];
}

/** Without colours. */
function plainLines(output: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC
  return output.replace(/\x1b\[[0-9;]*m/g, "").split("\n");
}

function numberBefore(summary: string, word: string): number {
  return Number(new RegExp(`(\\d+) ${word}\\b`).exec(summary)?.[1] ?? 0);
}
