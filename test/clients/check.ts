// One thing that a client does: the call, and what came of it in a few words that are the same every time. They make the table of
// docs/compatibility.md.

import { setTimeout as pause } from "node:timers/promises";
import type { Orthoplex } from "../../schema/client/index.ts";

export type CheckResult = { call: string; outcome: string };
export type Check = { call: string; run: (at: Place) => Promise<string> };

export type Place = {
  url: string;
  key: string;
  /** Our own API, to see what a client's calls have left behind. */
  native: Orthoplex;
};

/** Few steps: these tests are about the wire. */
export const QUICK = 4;
/** Prompts of people who do not know triggers: a person and a background in one clause. */
export const PLAIN_PROMPTS = [
  "smiling, sky background",
  "a smiling person on a pink background",
  "laughing in front of a wall",
  "smiling\nsky background",
];
/** Sizes of OpenAI's API, none of which the base has. */
export const OPENAI_SIZES = ["1024x1024", "1536x1024", "1024x1536"] as const;

/** An address of its own for those who use up the limit of writes: nobody else is counted there. */
export const floodAddress = (n: number) => `192.0.2.${n}`;

export const sizeOfPng = (bytes: Uint8Array): string => {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(0) !== 0x89504e47) throw new Error("This is no PNG");
  return `${view.getUint32(16)}x${view.getUint32(20)}`;
};

const MINUTE_MS = 60_000;
/** The limit counts by the minute of the clock: what begins late in one would be over in the next. */
const ROOM_MS = 25_000;
/** In so much of it a client of PyPI starts and sees that the address, which another client's test used up, has no writes left. */
const START_MS = 15_000;

/** Uses up the writes that one address has in a minute, unless another client's test has done so. */
export async function flood(url: string, address: string): Promise<void> {
  const headers = { "cf-connecting-ip": address };
  const isRefused = async (count: number) => {
    const sent = Array.from({ length: count }, () => fetch(`${url}/v1/nothing`, { method: "POST", headers }));
    const answers = await Promise.all(sent);
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    return answers.some(({ status }) => status === 429);
  };
  const left = MINUTE_MS - (Date.now() % MINUTE_MS);
  if (left > START_MS && (await isRefused(1))) return;
  if (left < ROOM_MS) await pause(left);
  for (let i = 0; i < 14; i += 1) {
    if (await isRefused(50)) return;
  }
  throw new Error("700 writes of one address were not too many");
}
