// The MCP tools: find adapters, compose them, generate pictures, and watch jobs.

import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import type { Adapter, AdapterWithVersions } from "../../schema/contract/adapters.ts";
import { type Composition, CompositionCreate, Member, MixRef } from "../../schema/contract/compositions.ts";
import { AdapterRef, idOf, OwnerAndName } from "../../schema/contract/ids.ts";
import { type Generation, GenerationCreate, type Job } from "../../schema/contract/jobs.ts";
import {
  COMPOSITION_MEMBERS_MAX,
  MCP_COMPANIONS_MAX,
  MCP_IMAGE_MAX_BYTES,
  MCP_IMAGES_MAX,
  MCP_SEARCH_DEFAULT,
  MCP_SEARCH_MAX,
  MCP_WAIT_SECONDS,
  MCP_WORD_MAX_CHARACTERS,
  NAME_MAX_CHARACTERS,
  SEARCH_MAX_CHARACTERS,
} from "../../schema/contract/limits.ts";
import { plainText, token } from "../../schema/contract/text.ts";
import { BASES } from "../catalog/bases.ts";
import { toBase64 } from "../lib/base64.ts";
import { type Ask, json, pathOf, type Reach, replyOf, text } from "./api.ts";

const READS = { readOnlyHint: true, openWorldHint: false };
const PROMPT_HINT =
  "Call each adapter by its trigger. On bases with a grammar one clause a person, divided by `;`: `<dalia> smiling; <kofi> sad; sky background`; on others free text.";

/** What each base offers, as far as its order needs it. */
const sizesOfBases = () =>
  BASES.map(({ id, sizes }) => {
    const shapes = sizes.map(({ width, height, people }) => {
      const room = people === undefined ? "" : ` (room for ${people})`;
      return `${width}x${height}${room}`;
    });
    return `${id}: ${shapes.join(", ")}`;
  }).join("; ");

export function addTools(server: McpServer, reach: Reach): void {
  const { ask } = reach;
  server.registerTool(
    "search_adapters",
    {
      title: "Search adapters",
      description:
        "Finds published adapters by words, kind and tag, or those that compose exactly with others.",
      inputSchema: z.strictObject({
        query: plainText(SEARCH_MAX_CHARACTERS).optional(),
        class: token(MCP_WORD_MAX_CHARACTERS).optional().describe("person, robot, ..."),
        tag: token(MCP_WORD_MAX_CHARACTERS).optional(),
        composes_with: z
          .array(AdapterRef)
          .max(MCP_COMPANIONS_MAX)
          .optional()
          .describe("only adapters exactly orthogonal to all of these"),
        limit: z.int().min(1).max(MCP_SEARCH_MAX).default(MCP_SEARCH_DEFAULT),
      }),
      annotations: READS,
    },
    async ({ query, class: kind, tag, composes_with, limit }) => {
      const wanted = new URLSearchParams({ limit: String(limit) });
      if (query) wanted.set("q", query);
      if (kind) wanted.set("class", kind);
      if (tag) wanted.set("tag", tag);
      if (composes_with?.length) wanted.set("composes_with", composes_with.join(","));
      const reply = await replyOf<{ items: Adapter[] }>(await ask("GET", `/v1/adapters?${wanted}`));
      return "refused" in reply ? reply.refused : { content: [json(reply.value.items.map(briefly))] };
    },
  );

  server.registerTool(
    "get_adapter",
    {
      title: "Get an adapter",
      description: "One adapter with its trigger, licence, credits and versions.",
      inputSchema: z.strictObject({ ref: OwnerAndName }),
      annotations: READS,
    },
    async ({ ref }) => {
      const reply = await replyOf<z.infer<typeof AdapterWithVersions>>(
        await ask("GET", `/v1/adapters/${pathOf(ref)}`),
      );
      if ("refused" in reply) return reply.refused;
      const { versions, description, credits } = reply.value;
      const summary = versions.map(({ ref: version, state, changelog }) => ({
        ref: version,
        state,
        changelog,
      }));
      return { content: [json({ ...briefly(reply.value), description, credits, versions: summary })] };
    },
  );

  server.registerTool(
    "compose",
    {
      title: "Compose adapters",
      description:
        "Saves a set of adapters with strengths and regions, and says before anything is drawn how they meet, what their licences allow together, and how long the queue is.",
      inputSchema: z.strictObject({
        members: z.array(Member).min(1).max(COMPOSITION_MEMBERS_MAX),
        title: CompositionCreate.shape.title.optional(),
        prompt: CompositionCreate.shape.prompt.optional(),
      }),
      annotations: { destructiveHint: false, openWorldHint: false },
    },
    async (input) => {
      const reply = await replyOf<Composition>(await ask("POST", "/v1/compositions", input));
      return "refused" in reply ? reply.refused : { content: [json(reply.value)] };
    },
  );

  const { prompt, negative_prompt, seed, size, count, steps, sampler } = GenerationCreate.shape;
  server.registerTool(
    "generate",
    {
      title: "Draw pictures",
      description: `Draws with adapters, a saved composition or a published mix, waits up to ${MCP_WAIT_SECONDS} s and shows the pictures. ${PROMPT_HINT} A job that takes longer is returned as its id: ask get_job.`,
      inputSchema: z.strictObject({
        prompt: prompt.describe(PROMPT_HINT),
        negative_prompt: negative_prompt.optional(),
        adapters: z.array(Member).max(COMPOSITION_MEMBERS_MAX).optional(),
        composition_id: idOf("cmp").optional(),
        mix: MixRef.optional(),
        base: token(NAME_MAX_CHARACTERS).optional().describe("only where no adapter is named"),
        seed,
        size: size.describe(
          `one of the base's sizes; without it, the smallest with room for the prompt's people and the adapters that it calls. ${sizesOfBases()}`,
        ),
        count: count.optional(),
        steps,
        sampler,
      }),
      annotations: { destructiveHint: false, openWorldHint: false },
    },
    async (input) => {
      const response = await ask("POST", "/v1/generations", input, `wait=${MCP_WAIT_SECONDS}`);
      const reply = await replyOf<Generation>(response);
      return "refused" in reply ? reply.refused : jobResult(reach, reply.value);
    },
  );

  server.registerTool(
    "get_job",
    {
      title: "Look at a job",
      description: "How a generation or training of yours stands; a finished generation with its pictures.",
      inputSchema: z.strictObject({ job_id: idOf("job") }),
      annotations: READS,
    },
    async ({ job_id }) => {
      const found = await findJob(ask, job_id);
      return "refused" in found ? found.refused : jobResult(reach, found.value);
    },
  );

  server.registerTool(
    "cancel_job",
    {
      title: "Cancel a job",
      description: "Ends a generation or training of yours.",
      inputSchema: z.strictObject({ job_id: idOf("job") }),
      annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ job_id }) => {
      const found = await findJob(ask, job_id);
      if ("refused" in found) return found.refused;
      const reply = await replyOf<Job>(await ask("POST", `${new URL(found.value.url).pathname}/cancel`));
      return "refused" in reply ? reply.refused : { content: [json(standing(reply.value))] };
    },
  );
}

const briefly = (adapter: Adapter) => ({
  ref: adapter.ref,
  title: adapter.title,
  trigger: adapter.latest_version?.trigger ?? null,
  class: adapter.class_word,
  base: adapter.base,
  tags: adapter.tags,
  licence: adapter.licence,
  uses: adapter.uses,
});

async function findJob(ask: Ask, id: string) {
  const generation = await replyOf<Job>(await ask("GET", `/v1/generations/${id}`));
  if ("value" in generation) return generation;
  const training = await ask("GET", `/v1/trainings/${id}`);
  // Where neither exists, the two refusals say the same.
  return training.ok ? replyOf<Job>(training) : generation;
}

const standing = ({ id, kind, status, cost, queue_position, progress, error, warnings }: Job) => ({
  id,
  kind,
  status,
  cost,
  queue_position,
  progress,
  error,
  warnings,
});

async function jobResult({ ask, pictureUrl }: Reach, job: Job): Promise<CallToolResult> {
  const images = job.kind === "sample" ? (job.result?.images ?? []) : [];
  // Signed URLs: whoever opens them, a browser or the assistant's client, has no key.
  const addresses = await Promise.all(
    images.map(async ({ id, seed }) => ({ url: await pictureUrl(id), seed })),
  );
  const summary = { ...standing(job), images: addresses };
  const shown = await Promise.all(images.slice(0, MCP_IMAGES_MAX).map((image) => pictureOf(ask, image.url)));
  const pictures = shown.flatMap((picture) => picture ?? []);
  const left = images.length - pictures.length;
  const more = left > 0 ? [text(`${left} more at their addresses.`)] : [];
  return { content: [json(summary), ...pictures, ...more], isError: job.status === "failed" };
}

/** The picture itself where it is small enough to be sent along. */
async function pictureOf(ask: Ask, url: string) {
  const response = await ask("GET", new URL(url).pathname);
  if (!response.ok || Number(response.headers.get("content-length")) > MCP_IMAGE_MAX_BYTES) {
    await response.body?.cancel();
    return null;
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const mimeType = response.headers.get("content-type") ?? "image/png";
  return { type: "image" as const, data: toBase64(bytes), mimeType };
}
