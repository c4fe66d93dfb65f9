// Guesses of a password, counted by account: whoever has many addresses has no more of them. Passkeys, GitHub and a letter that resets the
// password stay open meanwhile, so that nobody is locked out by somebody else's guessing.

import { PASSWORD_GUESSES_PER_MINUTE_MAX } from "../../schema/contract/limits.ts";
import type { Env } from "../env.ts";
import { Refusal } from "../lib/refusal.ts";
import { sha256Hex } from "../lib/sha256.ts";

export const TOO_MANY_GUESSES = new Refusal(
  "rate_limited",
  `A password may be tried ${PASSWORD_GUESSES_PER_MINUTE_MAX} times a minute. Wait a minute, or sign in another way.`,
  [],
  60,
);

/** Counts a guess. False if there have been too many within this minute. */
export async function mayGuess(env: Env, email: string): Promise<boolean> {
  const key = await sha256Hex(email.trim().toLowerCase());
  return (await env.GUESS_LIMIT.limit({ key })).success;
}
