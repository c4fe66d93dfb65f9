// No string of a request lets through what a later stage cannot carry. The tests walk every schema that a request is held to, so that a
// new field is tried on the day it is added.

import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { app } from "../../functions/app.ts";
import { addTools } from "../../functions/mcp/tools.ts";
import { uncarriableAt } from "../../schema/contract/characters.ts";
import { cutText } from "../../schema/contract/cut-text.ts";
import * as contract from "../../schema/contract/index.ts";
import { cleaned } from "../../schema/contract/text.ts";
import { ask } from "../functions/cast.ts";

/** By code: a literal would be a trap for editors, and half a pair is no UTF-8. */
const UNCARRIABLE = [
  ...[0x00, 0x01, 0x08, 0x0b, 0x0c, 0x0e, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9f],
  ...[0x202a, 0x202b, 0x202d, 0x202e, 0x2066, 0x2069, 0xd800, 0xd83d, 0xdbff, 0xdc00, 0xdfff],
  ...[0xfdd0, 0xfff9, 0xfffe, 0xffff, 0x1fffe, 0x2ffff, 0xffffe, 0x10ffff],
].map((code) => String.fromCodePoint(code));
const INVISIBLE = [
  " ",
  "\t",
  "\u00a0",
  "\u00ad",
  "\u034f",
  "\u115f",
  "\u200b",
  "\u200d\u200c",
  "\u2060",
  "\u2800",
  "\u3000",
  "\u3164",
  "\ufe0f",
  "\ufeff",
  "\uffa0",
  "\u{e0041}",
  " \u200b \u200b ",
  // Combining marks without a character that they could change: Latin, Hebrew, Devanagari, Thai, enclosing, beyond 16 bits.
  "\u0301",
  "\u0301\u0323",
  " \u20dd",
  "\u05b0\u0951\u0e31",
  "\u200b\u0301",
  "\u{1d165}",
  "\u{1e000}",
  "\ufffd",
  "\ufffc\ufffd",
  "\u070f",
  "\u{13430}",
];
/** Fields that name something or speak for somebody: empty to the eye is empty. */
const NAMING = new Set([
  ...["name", "title", "concept", "class_word", "prompt", "body", "reason", "term", "answer", "text"],
]);

/** Fields that others read, and that are searched or drawn from. */
const SHOWN = new Set(["description", "credits", "changelog", "caption", "captions"]);

type Leaf = { path: string; key: string; schema: z.core.$ZodType; enclosing: z.core.$ZodType[] };

/** Every string and every value of no fixed shape that can be reached from a schema. */
function leavesOf(
  schema: z.core.$ZodType,
  path: string,
  key = "",
  enclosing: z.core.$ZodType[] = [],
): Leaf[] {
  const inner = (child: z.core.$ZodType, name: string, under = key) =>
    leavesOf(child, `${path}${name}`, under, [...enclosing, schema]);
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "string":
    case "unknown":
    case "any":
    case "file":
      return [{ path, key, schema, enclosing }];
    case "object": {
      const fields = Object.entries(def.shape).flatMap(([name, child]) => inner(child, `.${name}`, name));
      return def.catchall && def.catchall._zod.def.type !== "never"
        ? [...fields, ...inner(def.catchall, ".*")]
        : fields;
    }
    case "array":
      return inner(def.element, "[]");
    case "record":
      return [...inner(def.keyType, ".key"), ...inner(def.valueType, ".*")];
    case "union":
      return def.options.flatMap((option) => inner(option, ""));
    case "pipe":
      // What is taken apart is judged by its parts.
      return def.out._zod.def.type === "transform" ? inner(def.in, "") : inner(def.out, "");
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "nonoptional":
    case "readonly":
      return inner(def.innerType, "");
    case "template_literal":
    case "enum":
    case "literal":
    case "number":
    case "boolean":
    case "null":
    case "never":
      return [];
    default:
      throw new Error(`${path}: the walk does not know ${def.type}`);
  }
}

/** Anchored, and made of nothing but what it names: no dot, no negated class. */
const isClosed = (pattern: RegExp) =>
  /^\^.*\$$/s.test(pattern.source) && !/\[\^|\\[SDWP]|(?<!\\)\.(?![^[]*\])/.test(pattern.source);

/** Something that a string with an open pattern takes; what it must refuse differs by one character. */
const TAKEN = ["xxx", "http://example.com/xxx", "https://example.com", `${"x".repeat(40)}`];

function letsThrough({ schema, enclosing, path }: Leaf): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type !== "string") {
    // Of no fixed shape: somebody around it has to look.
    return UNCARRIABLE.filter(
      (bad) =>
        z.safeParse(schema, `x${bad}x`).success &&
        enclosing.every((each) => z.safeParse(each, { a: { b: [`x${bad}x`] } }).success),
    );
  }
  const checks = (def.checks ?? []).map((check) => check._zod.def as { pattern?: RegExp });
  if ([def as { pattern?: RegExp }, ...checks].some(({ pattern }) => pattern && isClosed(pattern))) return [];
  const taken = TAKEN.find((text) => z.safeParse(schema, text).success);
  if (taken === undefined) throw new Error(`${path} takes nothing that the test knows`);
  return UNCARRIABLE.filter((bad) => z.safeParse(schema, `${taken.slice(0, -1)}${bad}x`).success);
}

const named = (Object.entries(contract) as [string, unknown][]).filter(
  (entry): entry is [string, z.ZodObject] => entry[1] instanceof z.ZodObject,
);
/** What is strict is sent to us; what we send may grow. */
const sent = named.filter(
  ([name, schema]) => schema.def.catchall?._zod.def.type === "never" || name === "AdapterMetadata",
);

function routeSchemas(): [string, z.core.$ZodType][] {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== "route") return [];
    const { method, path, request } = definition.route;
    const at = `${method.toUpperCase()} ${path}`;
    const bodies = Object.entries(request?.body?.content ?? {}).map(
      ([type, media]) => [`${at} ${type}`, media && "schema" in media ? media.schema : undefined] as const,
    );
    const parts = [...bodies, [`${at} path`, request?.params], [`${at} query`, request?.query]] as const;
    return [...parts, [`${at} header`, request?.headers] as const].flatMap(([name, schema]) =>
      schema !== null && typeof schema === "object" && "_zod" in schema
        ? [[name, schema as unknown as z.core.$ZodType] as [string, z.core.$ZodType]]
        : [],
    );
  });
}

function toolSchemas(): [string, z.core.$ZodType][] {
  const found: [string, z.core.$ZodType][] = [];
  const server = {
    registerTool(name: string, { inputSchema }: { inputSchema: z.core.$ZodType }) {
      found.push([`tool ${name}`, inputSchema]);
    },
  };
  addTools(server as unknown as McpServer, {} as Parameters<typeof addTools>[1]);
  return found;
}

const everything = () =>
  [...sent, ...routeSchemas(), ...toolSchemas()].flatMap(([name, schema]) => leavesOf(schema, name));

describe("text of requests", () => {
  it("accepts no control character, bidirectional override or lone surrogate, in any field of any request", () => {
    const leaves = everything();
    expect(leaves.length).toBeGreaterThan(300);
    const faults = leaves
      .map((leaf) => [leaf.path, letsThrough(leaf).map((bad) => bad.codePointAt(0)?.toString(16))] as const)
      .filter(([, bad]) => bad.length > 0);
    expect(faults).toEqual([]);
  });

  it("must be visible wherever it names something", () => {
    const naming = everything().filter(
      ({ path, key, schema }) =>
        NAMING.has(key) && schema._zod.def.type === "string" && !path.includes(" path."),
    );
    expect(naming.length).toBeGreaterThan(40);
    const faults = naming
      .map(({ path, schema }) => [path, INVISIBLE.filter((text) => isTakenAsSent(schema, text))] as const)
      .filter(([, taken]) => taken.length > 0);
    expect(faults).toEqual([]);
  });

  it("is normalised where it names something", () => {
    // A prompt is drawn as it was sent, and a file is kept as it is.
    const naming = everything().filter(
      ({ path, key, schema }) =>
        (NAMING.has(key) || SHOWN.has(key)) &&
        key !== "prompt" &&
        schema._zod.def.type === "string" &&
        z.safeParse(schema, "e\u0301xx").success &&
        !path.startsWith("AdapterMetadata") &&
        !path.includes(" path."),
    );
    expect(naming.length).toBeGreaterThan(45);
    const faults = naming
      .filter(({ schema }) => z.safeParse(schema, "e\u0301xx").data !== "\u00e9xx")
      .map(({ path }) => path);
    expect(faults).toEqual([]);
  });

  it("has patterns without flags, which JSON Schema does not support", async () => {
    const { body } = await ask("GET", "/v1/openapi.json");
    const patterns = new Set<string>();
    JSON.parse(JSON.stringify(body), (key, value) => {
      if (key === "pattern" && typeof value === "string") patterns.add(value);
      return value;
    });
    expect(patterns.size).toBeGreaterThan(20);
    expect([...patterns].filter((pattern) => /\/[a-z]*$/.test(pattern))).toEqual([]);
  });

  it("has its pattern wherever the OpenAPI document describes a sent string", async () => {
    const { body: document } = await ask<{
      paths: Record<string, Record<string, unknown>>;
      components: { schemas: Record<string, unknown> };
    }>("GET", "/v1/openapi.json");
    const asked = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) => {
        const { parameters, requestBody } = operation as Record<string, unknown>;
        return [[`${method} ${path}`, { parameters, requestBody }] as const];
      }),
    );
    const seen = new Set<string>();
    const faults = asked.flatMap(([name, part]) =>
      openStrings(part, name, document.components.schemas, seen),
    );
    expect(seen.size).toBeGreaterThan(20);
    expect([...new Set(faults)]).toEqual([]);
  });
});

/** Taken, and not as the empty text that trimming makes of it where that is allowed. */
function isTakenAsSent(schema: z.core.$ZodType, text: string): boolean {
  const parsed = z.safeParse(schema, text);
  return parsed.success && parsed.data !== "";
}

function openStrings(
  part: unknown,
  at: string,
  schemas: Record<string, unknown>,
  seen: Set<string>,
): string[] {
  if (typeof part !== "object" || part === null) return [];
  if (Array.isArray(part)) return part.flatMap((each, i) => openStrings(each, `${at}/${i}`, schemas, seen));
  const described = part as Record<string, unknown>;
  const ref = typeof described.$ref === "string" ? described.$ref.split("/").at(-1) : undefined;
  if (ref !== undefined) {
    if (seen.has(ref)) return [];
    seen.add(ref);
    return openStrings(schemas[ref], ref, schemas, seen);
  }
  const isString = [described.type].flat().includes("string");
  if (isString && !isBounded(described)) return [at];
  return Object.entries(described).flatMap(([key, value]) =>
    ["examples", "example", "enum", "default", "description"].includes(key)
      ? []
      : openStrings(value, `${at}/${key}`, schemas, seen),
  );
}

/** By a pattern, a list of its values, or as bytes. */
const isBounded = (described: Record<string, unknown>): boolean =>
  ["pattern", "enum", "const"].some((key) => key in described) ||
  ["binary", "date-time", "email"].includes(String(described.format)) ||
  described.description === "A PNG of at most 64 KiB, base64" ||
  described.description === "A JSON object" ||
  (Array.isArray(described.allOf) &&
    described.allOf.some((each) => isBounded(each as Record<string, unknown>)));

describe("other text", () => {
  it("is reported by its path where it is invalid, however deep", () => {
    expect(uncarriableAt({ a: [{ "b/c": "\ud83d" }] })).toBe("/a/0/b~1c");
    expect(uncarriableAt({ "a\u0000": 1 })).toBe("");
    expect(uncarriableAt({ a: "\ud83d\ude00 \t\n" })).toBeNull();
    const deep = JSON.parse("[".repeat(5_000) + "]".repeat(5_000)) as unknown;
    expect(uncarriableAt(deep)).toBe("/0".repeat(32));
  });

  it("is cleaned and cut without splitting a character", () => {
    for (const bad of UNCARRIABLE) expect(cleaned(`a${bad}b`)).toBe("ab");
    expect(cleaned("\ud83d\ude00")).toBe("\ud83d\ude00");
    expect(cleaned("e\u0301")).toBe("\u00e9");
    expect(cutText("ab\ud83d\ude00", 2)).toBe("ab");
    expect(cutText("ab\ud83d\ude00c", 3)).toBe("ab\ud83d\ude00");
    expect(cutText("a\ud83d", 2)).toBe("a\ud83d");
    expect(cutText("ab\ud83d\ude00", 4)).toBe("ab\ud83d\ude00");
  });
});
