// Answers of the catalog to callers without an account, kept by the isolate that made them: the bytes, under the question and the revision of the
// catalog that they were read at. An answer is sent again only where the revision is still the same, which every request reads from D1, so
// that nobody is shown less than what was written before.

/** Beyond what the revision counts nothing is trusted for longer than a shared cache may keep an answer (s-maxage of routes/catalog.ts). */
const KEPT_MS = 60_000;
const ANSWER_MAX_BYTES = 256 * 1024;
const ALL_MAX_BYTES = 8 * 1024 * 1024;

export type KeptAnswer = { revision: number; etag: string; body: Uint8Array<ArrayBuffer>; at: number };

/** In the order of their last use. */
const answers = new Map<string, KeptAnswer>();
let bytes = 0;

/** What was answered last, if that is not too long ago. Whoever sends it compares the revision. */
export function keptAnswer(question: string, now: number): KeptAnswer | undefined {
  const kept = answers.get(question);
  if (!kept) return undefined;
  drop(question, kept);
  if (now - kept.at >= KEPT_MS || now < kept.at) return undefined;
  add(question, kept);
  return kept;
}

export function keepAnswer(question: string, answer: KeptAnswer): void {
  const before = answers.get(question);
  if (before) drop(question, before);
  if (answer.body.byteLength > ANSWER_MAX_BYTES) return;
  add(question, answer);
  for (const [oldest, kept] of answers) {
    if (bytes <= ALL_MAX_BYTES) break;
    drop(oldest, kept);
  }
}

/** For tests, whose database begins anew with the revisions of the one before. */
export function clearAnswers(): void {
  answers.clear();
  bytes = 0;
}

const sizeOf = (question: string, { body }: KeptAnswer) => 2 * question.length + body.byteLength;

function add(question: string, answer: KeptAnswer): void {
  answers.set(question, answer);
  bytes += sizeOf(question, answer);
}

function drop(question: string, answer: KeptAnswer): void {
  answers.delete(question);
  bytes -= sizeOf(question, answer);
}
