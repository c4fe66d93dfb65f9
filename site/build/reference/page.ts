// The API reference, written into its page at build time from schema/openapi.json: a row for each operation that opens, then the schemas.

import { escapeHtml } from "../escape.ts";
import {
  type Content,
  type Group,
  type Operation,
  operationId,
  type Reference,
  readReference,
  type Schema,
  schemaId,
} from "./document.ts";
import { inlineHtml, paragraphsHtml } from "./inline.ts";
import { curlOf } from "./sample.ts";
import { fieldHtml, fieldsHtml, limitsOf, typeHtml } from "./schema-html.ts";

export const REFERENCE_PARTIALS: Record<string, () => string> = {
  "reference-contents": () => contentsHtml(readReference()),
  "reference-introduction": () => paragraphsHtml(readReference().introduction),
  "reference-groups": () => groupsHtml(readReference()),
  "reference-schemas": () => schemasHtml(readReference()),
};

const contentsHtml = ({ groups }: Reference) =>
  [...groups.map(({ id, title }) => [id, title]), ["schemas", "Schemas"]]
    .map(([id, title]) => `<a href="#${id}">${title}</a>`)
    .join("");

const groupsHtml = ({ groups, schemas }: Reference) =>
  groups.map((group) => groupHtml(group, schemas)).join("");

const groupHtml = ({ id, title, operations }: Group, schemas: Record<string, Schema>) =>
  `<section class="api-group"><h2 id="${id}">${title}</h2>${operations
    .map((operation) => operationHtml(operation, schemas))
    .join("")}</section>`;

function operationHtml(operation: Operation, schemas: Record<string, Schema>): string {
  const { method, path, summary, description } = operation;
  const id = operationId(operation);
  const about = description ? paragraphsHtml(description) : "";
  const { before, after } = curlOf(operation, schemas);
  return `<details class="api-item" id="${id}"><summary><span class="api-method api-${method}">${method.toUpperCase()}</span><code>${pathHtml(path)}</code><span class="api-summary">${inlineHtml(summary)}</span></summary>
<div class="api-body"><div>${about}${parametersHtml(operation)}${bodyHtml(operation)}${responsesHtml(operation)}
<p class="api-link"><a href="#${id}">Link to this operation</a></p></div>
<pre><code>${before}<span data-origin>https://orthoplex.example</span>${escapeHtml(after)}</code></pre></div></details>`;
}

/** May break after each slash. */
const pathHtml = (path: string) => escapeHtml(path).replace(/(?<=.)\//g, "<wbr>/");

const PLACES = [
  ["path", "In the address"],
  ["query", "Query parameters"],
  ["header", "Headers"],
] as const;

const parametersHtml = ({ parameters }: Operation) =>
  PLACES.map(([place, title]) => {
    const fields = parameters
      .filter((parameter) => parameter.in === place)
      .map(({ name, schema, required = false, description }) =>
        fieldHtml({ name, schema, isRequired: required && place !== "path", description }),
      );
    return fields.length > 0 ? `<h3>${title}</h3><ul class="api-fields">${fields.join("")}</ul>` : "";
  }).join("");

function bodyHtml({ body }: Operation): string {
  if (!body) return "";
  const media = Object.entries(body.content).map(([type, { schema = {} }]) => {
    const kind = type === "application/json" ? "" : ` <span class="api-type">${escapeHtml(type)}</span>`;
    const named = schema.$ref ? `<p>${typeHtml(schema)}</p>` : "";
    return `<h3>Body${kind}</h3>${named}${fieldsHtml(schema)}`;
  });
  return media.join("");
}

const responsesHtml = ({ responses }: Operation) =>
  `<h3>Answers</h3><ul class="api-answers">${responses
    .map(([status, { description, content }]) => {
      const code = status === "default" ? "else" : status;
      return `<li><code>${code}</code> ${inlineHtml(description)}${content ? contentHtml(content) : ""}</li>`;
    })
    .join("")}</ul>`;

const contentHtml = (content: Content) =>
  Object.entries(content)
    .map(([type, { schema }]) => {
      const isJson = type === "application/json" || type === "application/problem+json";
      const what = isJson && schema ? typeHtml(schema) : escapeHtml(type);
      return ` <span class="api-type">${what}</span>${isJson && schema ? fieldsHtml(schema) : ""}`;
    })
    .join("");

const schemasHtml = ({ schemas }: Reference) =>
  Object.entries(schemas)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => {
      const about = schema.description ? `<p>${inlineHtml(schema.description)}</p>` : "";
      const fields = fieldsHtml(schema) || `<p>${[typeHtml(schema), ...limitsOf(schema)].join(", ")}</p>`;
      return `<details class="api-item api-schema" id="${schemaId(name)}"><summary><code>${escapeHtml(name)}</code></summary><div class="api-body"><div>${about}${fields}</div></div></details>`;
    })
    .join("");
