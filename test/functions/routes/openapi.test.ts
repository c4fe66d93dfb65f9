// The OpenAPI document: every code and status, examples that fit, no dangling references.

import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import * as contract from "../../../schema/contract/index.ts";
import requests from "../../../schema/examples/requests.json" with { type: "json" };
import { ask } from "../cast.ts";

type Schema = {
  properties?: Record<string, Schema>;
  enum?: string[];
  examples?: unknown[];
  "x-enumDescriptions"?: Record<string, string>;
};
type Operation = { summary?: string; tags?: string[]; responses: Record<string, unknown> };
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

const METHODS = ["get", "put", "post", "patch", "delete"];
let document: Document;

beforeAll(async () => {
  document = (await ask<Document>("GET", "/v1/openapi.json")).body;
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );

describe("the OpenAPI document", () => {
  it("has summary, tag and refusals for every operation", () => {
    expect(operations().length).toBeGreaterThan(30);
    for (const { name, operation } of operations()) {
      expect([name, operation.summary !== undefined, operation.tags?.length]).toEqual([name, true, 1]);
      expect(Object.keys(operation.responses)).toContain("default");
    }
  });

  it("gives the status and meaning of every code", () => {
    const code = document.components.schemas.Problem?.properties?.code;
    expect(code?.enum?.toSorted()).toEqual(contract.ERROR_CODE_NAMES.toSorted());
    for (const [name, { status, title }] of Object.entries(contract.ERROR_CODES)) {
      expect(code?.["x-enumDescriptions"]?.[name]).toBe(`${status}: ${title}`);
    }
  });

  it("has a valid example for every creating operation", () => {
    for (const [name, request] of Object.entries(requests)) {
      const schema = (Object.values(contract) as unknown[])
        .filter((value) => value instanceof z.ZodType)
        .find((value) => value.meta()?.id === name);
      expect([name, schema?.safeParse(request).error?.issues ?? []]).toEqual([name, []]);
      expect([name, document.components.schemas[name]?.examples]).toEqual([name, [request]]);
    }
  });

  it("has no dangling reference", () => {
    const pointers = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(pointers.length).toBeGreaterThan(20);
    for (const [, name = ""] of pointers) expect(Object.keys(document.components.schemas)).toContain(name);
  });

  it("describes the streams event by event, and the 204 at their end", () => {
    for (const kind of ["generations", "trainings"]) {
      const { responses } = document.paths[`/v1/${kind}/{job}/events`]?.get ?? { responses: {} };
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(["200", "204"]));
    }
    const streams = operations().flatMap(({ operation }) =>
      [...JSON.stringify(operation).matchAll(/"text\/event-stream":(\{"schema":\{[^}]*\}\})/g)].map(
        ([, is]) => is,
      ),
    );
    expect(streams).toHaveLength(3);
    expect(new Set(streams)).toEqual(new Set(['{"schema":{"$ref":"#/components/schemas/ServerSentEvent"}}']));
  });

  it("allows null wherever the contract does (orNull, not .nullable(), for named schemas)", () => {
    const named = (Object.values(contract) as unknown[]).filter((value) => value instanceof z.ZodObject);
    const lost = named.flatMap((schema) => {
      const name = schema.meta()?.id ?? "";
      const described = document.components.schemas[name]?.properties ?? {};
      return Object.entries(schema.shape as Record<string, z.ZodType>)
        .filter(([field, type]) => field in described && type.safeParse(null).success)
        .filter(([field]) => !admitsNull(described[field]))
        .map(([field]) => `${name}.${field}`);
    });
    expect(named.length).toBeGreaterThan(50);
    expect(lost).toEqual([]);
  });
});

/** An empty schema admits everything; allOf takes back what one of its parts grants. */
function admitsNull(schema: unknown): boolean {
  const text = JSON.stringify(schema);
  return text === "{}" || (text.includes('"null"') && !text.includes('"allOf"'));
}
