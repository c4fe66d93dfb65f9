// A call of an operation as a curl command: its address with the names of its parameters, and the fields that its body must have.

import { nameOfRef, type Operation, type Schema } from "./document.ts";

/** Schemas refer to one another; a sample needs no more than this. */
const DEPTH_MAX = 4;

export function curlOf(
  operation: Operation,
  schemas: Record<string, Schema>,
): { before: string; after: string } {
  const { method, path, parameters, body } = operation;
  const query = parameters
    .filter((parameter) => parameter.in === "query" && parameter.required)
    .map(({ name }) => `${name}=...`);
  const address = query.length > 0 ? `${path}?${query.join("&")}` : path;
  const json = body?.content["application/json"]?.schema;
  const form = body?.content["multipart/form-data"]?.schema;
  const lines = [`"`];
  lines.push(`  -H "Authorization: Bearer $ORTHOPLEX_API_KEY"`);
  if (json) {
    lines.push(`  -H "Content-Type: application/json"`);
    lines.push(`  -d '${JSON.stringify(sampleOf(json, schemas, 0), null, 2).replaceAll("\n", "\n  ")}'`);
  }
  for (const name of form?.required ?? []) lines.push(`  -F ${name}=@file`);
  const verb = method === "get" || (method === "post" && body) ? "" : `-X ${method.toUpperCase()} `;
  return { before: `curl ${verb}"`, after: `${address}${lines.join(" \\\n")}` };
}

function sampleOf(schema: Schema, schemas: Record<string, Schema>, depth: number): unknown {
  if (schema.$ref) {
    const named = schemas[nameOfRef(schema.$ref)];
    return named && depth < DEPTH_MAX ? sampleOf(named, schemas, depth + 1) : {};
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  const choice = (schema.anyOf ?? schema.oneOf)?.[0];
  if (choice) return sampleOf(choice, schemas, depth);
  if (schema.enum) return schema.enum[0];
  const [type] = [schema.type ?? "object"].flat();
  if (type === "array") {
    return (schema.minItems ?? 0) > 0 && schema.items ? [sampleOf(schema.items, schemas, depth + 1)] : [];
  }
  if (type === "integer" || type === "number") return schema.minimum ?? (schema.exclusiveMinimum ?? 0) + 1;
  if (type === "boolean") return true;
  if (type === "string") return schema.format === "date-time" ? "2026-01-31T12:00:00.000Z" : "...";
  if (type === "null") return null;
  const { properties = {}, required = [] } = schema;
  const given = required.flatMap((name) => {
    const field = properties[name];
    return field ? [[name, sampleOf(field, schemas, depth + 1)] as const] : [];
  });
  return Object.fromEntries(given);
}
