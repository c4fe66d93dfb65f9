// What the API reference reads of schema/openapi.json: the operations in groups, and the named schemas. Only what that document uses.

import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  format?: string;
  pattern?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

export type Content = Record<string, { schema?: Schema }>;

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema: Schema;
}

export interface Operation {
  method: string;
  path: string;
  tag: string;
  summary: string;
  description?: string;
  parameters: Parameter[];
  body?: { required?: boolean; content: Content };
  responses: [status: string, response: { description: string; content?: Content }][];
}

interface RawOperation {
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { description: string; content?: Content }>;
}

interface RawDocument {
  info: { description: string };
  paths: Record<string, Record<string, RawOperation>>;
  components: { schemas: Record<string, Schema> };
}

/** In the order of work. */
const GROUP_TITLES: Record<string, string> = {
  generations: "Generations",
  adapters: "Adapters",
  versions: "Versions",
  trainings: "Trainings",
  uploads: "Uploads",
  images: "Images",
  bases: "Bases",
  compositions: "Compositions",
  mixes: "Mixes",
  pictures: "Shared pictures",
  collections: "Collections",
  people: "People",
  account: "Account and keys",
  webhooks: "Webhooks",
  moderation: "Reports and moderation",
  operations: "Operations",
  runner: "Runners",
  openai: "OpenAI’s API",
  replicate: "Replicate’s API",
  civitai: "Civitai’s API",
};

export interface Group {
  id: string;
  title: string;
  operations: Operation[];
}

export interface Reference {
  introduction: string;
  groups: Group[];
  schemas: Record<string, Schema>;
}

const FILE = join(import.meta.dirname, "..", "..", "..", "schema", "openapi.json");

export function readReference(): Reference {
  const document = JSON.parse(readFileSync(FILE, "utf8")) as RawDocument;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => operationOf(method, path, raw)),
  );
  const untitled = operations.find(({ tag }) => !(tag in GROUP_TITLES));
  if (untitled) throw new Error(`GROUP_TITLES names no tag ${untitled.tag}, of ${untitled.path}`);
  const groups = Object.entries(GROUP_TITLES).map(([tag, title]) => ({
    id: tag,
    title,
    operations: operations.filter((operation) => operation.tag === tag),
  }));
  return {
    introduction: document.info.description,
    groups: groups.filter((group) => group.operations.length > 0),
    schemas: document.components.schemas,
  };
}

function operationOf(method: string, path: string, raw: RawOperation): Operation {
  return {
    method,
    path,
    tag: raw.tags?.[0] ?? "other",
    summary: raw.summary ?? path,
    ...(raw.description && { description: raw.description }),
    parameters: raw.parameters ?? [],
    ...(raw.requestBody && { body: raw.requestBody }),
    responses: Object.entries(raw.responses),
  };
}

/** The anchor of an operation: `post-v1-adapters-owner-name-slot`. */
export const operationId = ({ method, path }: Pick<Operation, "method" | "path">) =>
  `${method}${path.replace(/[^a-z0-9]+/gi, "-").replace(/-$/, "")}`;

export const schemaId = (name: string) => `schema-${name}`;

export const nameOfRef = (ref: string) => ref.slice(ref.lastIndexOf("/") + 1);
