// What an isolate keeps of its answers: bounded in age and in bytes. That none is sent after a change is tested in search.test.ts.

import { afterAll, beforeEach, expect, it } from "vitest";
import { clearAnswers, keepAnswer, keptAnswer } from "../../../functions/catalog/kept-answers.ts";

const NOW = 1_900_000_000_000;
const MINUTE_MS = 60_000;
const of = (bytes: number, at = NOW) => ({ revision: 1, etag: 'W/"1"', body: new Uint8Array(bytes), at });

beforeEach(clearAnswers);
afterAll(clearAnswers);

it("is kept for a minute, and not by a clock that was set back", () => {
  keepAnswer("a", of(1));
  expect(keptAnswer("a", NOW + MINUTE_MS - 1)).toEqual(of(1));
  expect(keptAnswer("a", NOW + MINUTE_MS)).toBeUndefined();
  keepAnswer("a", of(1));
  expect(keptAnswer("a", NOW - 1)).toBeUndefined();
  expect(keptAnswer("b", NOW)).toBeUndefined();
});

it("leaves out what is large, and drops first what was asked for longest ago", () => {
  const [largest, count] = [256 * 1024, 31];
  keepAnswer("larger", of(largest + 1));
  expect(keptAnswer("larger", NOW)).toBeUndefined();
  for (let i = 0; i < count; i++) keepAnswer(String(i), of(largest));
  expect(keptAnswer("0", NOW)).toBeDefined();
  keepAnswer("one more", of(largest));
  keepAnswer("and one", of(largest));
  expect(["0", "1", "2", "3"].map((question) => keptAnswer(question, NOW) !== undefined)).toEqual([
    ...[true, false, false, true],
  ]);
});

it("is replaced by a later answer, of which the bytes count and not of both", () => {
  for (let i = 0; i < 100; i++) keepAnswer("same", { ...of(256 * 1024), revision: i });
  keepAnswer("other", of(1));
  expect([keptAnswer("same", NOW)?.revision, keptAnswer("other", NOW)?.revision]).toEqual([99, 1]);
});
