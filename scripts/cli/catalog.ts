// search, show, pull.

import { createHash } from "node:crypto";
import { createWriteStream, existsSync, renameSync, rmSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { paths, Version } from "../../schema/client/index.ts";
import { type Command, number, only, openApi, refOf, text, UsageError, type Values } from "./command.ts";
import { given } from "./generate.ts";
import { outFile } from "./output.ts";
import { bar, bytesText, ProgressLine, say, show, table } from "./terminal.ts";

type Query = NonNullable<paths["/v1/adapters"]["get"]["parameters"]["query"]>;

const FILTERS = [
  "base",
  "class",
  "tag",
  "tag_match",
  "owner",
  "sort",
  "licence",
  "composes_with",
  "cursor",
] as const;

const search: Command = {
  usage: "search [WORDS] [--tag …] [--sort …]",
  about: "finds adapters",
  options: {
    base: { type: "string", hint: "the id of a base" },
    class: { type: "string", hint: "person, dog, style" },
    tag: { type: "string", hint: "tags, comma separated" },
    tag_match: { type: "string", hint: "any of the tags (the default), or all" },
    owner: { type: "string", hint: "a handle" },
    licence: { type: "string", hint: "an SPDX id" },
    composes_with: { type: "string", hint: "owner/name: only what composes exactly with it" },
    sort: { type: "string", hint: "trending, newest, most_used, most_liked, name" },
    limit: { type: "string", hint: "how many (24)" },
    cursor: { type: "string", hint: "next_cursor of the page before" },
  },
  run: async (args, values) => {
    const filters = Object.fromEntries(FILTERS.map((name) => [name, text(values, name)]));
    const words = args.length > 0 ? args.join(" ") : undefined;
    // The API says what is wrong with a filter's value.
    const query = given({ ...filters, q: words, limit: number(values, "limit") }) as Query;
    const page = await openApi(values).get("/v1/adapters", { params: { query } });
    const rows = page.items.map((each) => [
      each.ref,
      each.latest_version?.trigger ?? "",
      each.class_word,
      `${each.uses} uses`,
      each.title,
    ]);
    show(values, page, () => (rows.length > 0 ? table(rows) : ["Nothing found."]));
    if (page.next_cursor && !values.json) say(`More: --cursor ${page.next_cursor}`);
  },
};

const showAdapter: Command = {
  usage: "show OWNER/NAME",
  about: "one adapter with its versions",
  run: async (args, values) => {
    const { owner, name } = refOf(only(args, "an adapter"));
    const adapter = await openApi(values).get("/v1/adapters/{owner}/{name}", {
      params: { path: { owner, name } },
    });
    const { licence } = adapter;
    const grants = [
      licence.credit ? "credit the owner" : "no credit needed",
      licence.commercial_use ? "commercial use" : "no commercial use",
      licence.derivatives ? "derivatives" : "no derivatives",
    ];
    show(values, adapter, () => [
      `${adapter.ref}: ${adapter.title}`,
      ...(adapter.description ? [adapter.description] : []),
      "",
      ...table([
        ["base", adapter.base],
        ["trigger", adapter.latest_version?.trigger ?? "none yet"],
        ["slot", adapter.slot === null ? "none yet" : String(adapter.slot)],
        ["licence", `${licence.spdx} (${grants.join(", ")})`],
        ["tags", adapter.tags.join(", ") || "none"],
        ["used", `${adapter.uses} times`],
      ]),
      "",
      ...table(
        adapter.versions.map((v) => [
          v.ref,
          v.state,
          bytesText(v.size_bytes),
          v.created_at.slice(0, 10),
          v.changelog,
        ]),
      ),
    ]);
  },
};

const pull: Command = {
  usage: "pull OWNER/NAME[:N] [--format …] [-o FILE]",
  about: "downloads a version's file",
  options: {
    format: { type: "string", hint: "orthoplex (default), peft or kohya" },
    out: { type: "string", short: "o", hint: "a file or a folder; without it OWNER-NAME-N.safetensors" },
    force: { type: "boolean", hint: "replace a file that is there" },
  },
  run: async (args, values) => {
    const wanted = refOf(only(args, "an adapter"));
    const api = openApi(values);
    const { owner, name } = wanted;
    const adapter = await api.get("/v1/adapters/{owner}/{name}", { params: { path: { owner, name } } });
    const version =
      wanted.number === null
        ? adapter.latest_version
        : adapter.versions.find((each) => each.number === wanted.number);
    if (!version) throw new Error(`${wanted.ref} has no version ${wanted.number ?? "yet"}.`);
    const format = text(values, "format") ?? "orthoplex";
    const suffix = format === "orthoplex" ? "" : `.${format}`;
    const usual = `${wanted.owner}-${wanted.name}-${version.number}${suffix}.safetensors`;
    const out = outFile(text(values, "out") ?? usual, usual);
    if (existsSync(out) && !values.force)
      throw new UsageError(`${out} is there already; --force replaces it.`);
    const { bytes, sha256 } = await download(values, version, format, out);
    const answer = { ref: version.ref, format, file: out, size_bytes: bytes, sha256 };
    show(values, answer, () => [`${out}  ${bytesText(bytes)}  sha256 ${sha256}`]);
  },
};

/** Writes to FILE.part first, so that an interrupted download never looks complete; checks the SHA-256 of our own format. */
async function download(values: Values, version: Version, format: string, out: string) {
  const path = `/v1/versions/${version.id}/download${format === "orthoplex" ? "" : `?format=${format}`}`;
  const response = await openApi(values).stream(path);
  const total = Number(response.headers.get("content-length") ?? 0);
  const digest = createHash("sha256");
  const progress = new ProgressLine();
  let bytes = 0;
  const part = `${out}.part`;
  try {
    await pipeline(
      Readable.fromWeb(response.body as never),
      async function* count(source: AsyncIterable<Uint8Array>) {
        for await (const chunk of source) {
          digest.update(chunk);
          bytes += chunk.length;
          if (total > 0) progress.update(`${version.ref} ${bar(bytes, total)}`);
          yield chunk;
        }
      },
      createWriteStream(part),
    );
    progress.end();
    const sha256 = digest.digest("hex");
    if (format === "orthoplex" && sha256 !== version.sha256) {
      throw new Error(
        `The file that came is not ${version.ref}: its SHA-256 is ${sha256}, not ${version.sha256}.`,
      );
    }
    renameSync(part, out);
    return { bytes, sha256 };
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

export const catalog: Record<string, Command> = { search, show: showAdapter, pull };
