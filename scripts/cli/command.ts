// The type of a command, and the options that every command accepts.

import { Orthoplex } from "../../schema/client/index.ts";
import { readConfig } from "./config.ts";

export type Option = { type: "string" | "boolean"; multiple?: boolean; short?: string; hint: string };
export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;
export type Command = {
  usage: string;
  about: string;
  options?: Record<string, Option>;
  run: (args: string[], values: Values) => Promise<void>;
};

export const GLOBAL_OPTIONS = {
  json: { type: "boolean" },
  url: { type: "string" },
  key: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

export const PRIORITY: Option = { type: "string", hint: "low, normal (default) or high; high costs double" };

/** A usage error: exit code 2. */
export class UsageError extends Error {}

const DEFAULT_URL = "http://127.0.0.1:8787";

/** Server address and key: from options, then the environment, then what `login` saved. */
export function connection(values: Values): { url: string; key: string | undefined } {
  const kept = readConfig();
  return {
    url: text(values, "url") ?? process.env.ORTHOPLEX_URL ?? kept.url ?? DEFAULT_URL,
    key: text(values, "key") ?? process.env.ORTHOPLEX_API_KEY ?? kept.key,
  };
}

/** An API client that may lack a key, for servers that allow anonymous reads. */
export function openApi(values: Values): Orthoplex {
  const { url, key } = connection(values);
  return new Orthoplex({ url, ...(key !== undefined && { key }) });
}

export function keyedApi(values: Values): Orthoplex {
  const { url, key } = connection(values);
  if (key === undefined)
    throw new UsageError("This needs a key: `orthoplex login`, or set ORTHOPLEX_API_KEY.");
  return new Orthoplex({ url, key: key });
}

export function text(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

export function texts(values: Values, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

/** The number of an option; undefined without it. */
export function number(values: Values, name: string): number | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  const parsed = Number(value);
  if (value.trim() === "" || !Number.isFinite(parsed))
    throw new UsageError(`--${name} needs a number, not "${value}".`);
  return parsed;
}

/** The one positional argument of a command. */
export function only(args: string[], what: string): string {
  const [first, ...more] = args;
  if (first === undefined) throw new UsageError(`Name ${what}.`);
  if (more.length > 0)
    throw new UsageError(`One ${what.replace(/^an? /, "")} at a time; "${more[0]}" is too much.`);
  return first;
}

/** Splits owner/name or owner/name:3. */
export function refOf(word: string): { owner: string; name: string; number: number | null; ref: string } {
  const match = /^([a-z0-9-]+)\/([a-z0-9-]+)(?::([1-9][0-9]*))?$/.exec(word);
  if (!match) throw new UsageError(`"${word}" does not look like owner/name or owner/name:3.`);
  const [, owner = "", name = "", number] = match;
  return { owner, name, number: number === undefined ? null : Number(number), ref: `${owner}/${name}` };
}
