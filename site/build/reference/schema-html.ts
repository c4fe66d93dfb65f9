// A schema of the API document as HTML: its type in words, its limits, and a list of its fields.

import { escapeHtml } from "../escape.ts";
import { nameOfRef, type Schema, schemaId } from "./document.ts";
import { inlineHtml } from "./inline.ts";

/** Longer patterns say what characters a text may not have; nobody reads them. */
const PATTERN_MAX_CHARACTERS = 48;

const code = (value: unknown) =>
  `<code>${escapeHtml(typeof value === "string" ? value : JSON.stringify(value))}</code>`;

/** "array of Adapter or null" */
export function typeHtml(schema: Schema): string {
  if (schema.$ref) {
    const name = nameOfRef(schema.$ref);
    return `<a href="#${schemaId(name)}">${escapeHtml(name)}</a>`;
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(typeHtml))].join(" or ");
  if (schema.const !== undefined) return code(schema.const);
  const types = [schema.type ?? []].flat();
  if (schema.enum) {
    const isNullable = types.includes("null") && !schema.enum.includes(null);
    return [...schema.enum, ...(isNullable ? [null] : [])].map(code).join(" or ");
  }
  if (types.length === 0) return "any value";
  return types
    .map((type) => {
      if (type === "array") return schema.items ? `array of ${typeHtml(schema.items)}` : "array";
      if (type === "object" && typeof schema.additionalProperties === "object" && !schema.properties) {
        return `object of ${typeHtml(schema.additionalProperties)}`;
      }
      return type;
    })
    .join(" or ");
}

/** "1 to 64 characters, default 8" */
export function limitsOf(schema: Schema): string[] {
  const { format, pattern, minimum, maximum, exclusiveMinimum, minLength, maxLength, minItems, maxItems } =
    schema;
  const least = minimum ?? (exclusiveMinimum === undefined ? undefined : `more than ${exclusiveMinimum}`);
  return [
    format ? escapeHtml(format) : "",
    range(least, maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum, ""),
    range(minLength, maxLength, " characters"),
    range(minItems, maxItems, " items"),
    pattern && pattern.length <= PATTERN_MAX_CHARACTERS ? code(pattern) : "",
    schema.default === undefined ? "" : `default ${code(schema.default)}`,
  ].filter((text) => text !== "");
}

function range(least: number | string | undefined, most: number | undefined, unit: string): string {
  if (typeof least === "string")
    return most === undefined ? `${least}${unit}` : `${least}, at most ${most}${unit}`;
  if (least !== undefined && least > Number.MIN_SAFE_INTEGER) {
    return most === undefined ? `at least ${least}${unit}` : `${least} to ${most}${unit}`;
  }
  return most === undefined ? "" : `at most ${most}${unit}`;
}

/** The schema whose fields are listed: an array's items, the object among choices. */
function withFields(schema: Schema): Schema | null {
  if (schema.properties && Object.keys(schema.properties).length > 0) return schema;
  if (schema.items) return withFields(schema.items);
  const inner = (schema.anyOf ?? schema.oneOf ?? []).flatMap((choice) => withFields(choice) ?? []);
  if (inner.length === 1) return inner[0] ?? null;
  return typeof schema.additionalProperties === "object" ? withFields(schema.additionalProperties) : null;
}

interface Field {
  name: string;
  schema: Schema;
  isRequired: boolean;
  description?: string | undefined;
}

export function fieldHtml({ name, schema, isRequired, description }: Field): string {
  const facts = [typeHtml(schema), ...limitsOf(schema)].join(", ");
  const about = description ?? schema.description;
  const need = isRequired ? ` <span class="api-required">required</span>` : "";
  const text = about ? `<p>${inlineHtml(about)}</p>` : "";
  return `<li><code>${escapeHtml(name)}</code> <span class="api-type">${facts}</span>${need}${text}${fieldsHtml(schema)}</li>`;
}

/** Empty where the schema has no fields of its own. */
export function fieldsHtml(schema: Schema): string {
  const choices = schema.anyOf ?? schema.oneOf ?? [];
  const several = choices.filter((choice) => withFields(choice) !== null);
  if (several.length > 1) {
    return several.map((choice) => `<p class="api-choice">One of:</p>${fieldsHtml(choice)}`).join("");
  }
  const object = withFields(schema);
  if (!object) return "";
  const required = new Set(object.required);
  const fields = Object.entries(object.properties ?? {}).map(([name, field]) =>
    fieldHtml({ name, schema: field, isRequired: required.has(name) }),
  );
  return `<ul class="api-fields">${fields.join("")}</ul>`;
}
