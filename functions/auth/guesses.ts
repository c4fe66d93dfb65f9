// Password attempts, counted by account, so that many IP addresses give no more attempts. Passkeys, GitHub and the password reset stay open in
// the meantime: other people's attempts lock nobody out.

import { PASSWORD_GUESSES_PER_MINUTE_MAX } from "../../schema/contract/limits.ts";
import type { Env } from "../env.ts";
import { Refusal } from "../lib/refusal.ts";
import { sha256Hex } from "../lib/sha256.ts";

export const TOO_MANY_GUESSES = new Refusal(
  "rate_limited",
  `A password may be tried ${PASSWORD_GUESSES_PER_MINUTE_MAX} times a minute. Wait a minute, or sign in another way.`,
  [],
  { retryAfterSeconds: 60 },
);

/** Counts an attempt. False if there were too many within this minute. */
export async function mayGuess(env: Env, email: string): Promise<boolean> {
  const key = await sha256Hex(email.trim().toLowerCase());
  return (await env.GUESS_LIMIT.limit({ key })).success;
}
