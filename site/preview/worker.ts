// Runs the preview in a worker thread, so that the page stays responsive: download, load, sample, sharpen. One picture at a time.

import { type AdapterFile, readAdapter } from "./adapter-file.ts";
import { calledMembers, castingOf, draw, type Member, type Session } from "./draw.ts";
import { DownloadFailed, download } from "./files.ts";
import type { FailureKind, FromWorker, ToWorker } from "./messages.ts";
import { pixelsOf } from "./pixels.ts";
import { openSession } from "./session.ts";
import type { Shapes } from "./shapes.ts";

class Refused extends Error {
  readonly failure: FailureKind;
  constructor(failure: FailureKind, detail: string) {
    super(detail);
    this.failure = failure;
  }
}

let session: Promise<Session> | undefined;
let running: AbortController | undefined;
const adapters = new Map<string, AdapterFile>();

const say = (message: FromWorker, transfer: Transferable[] = []) => postMessage(message, { transfer });
/** Yields, so that a pending message such as "cancel" is received. */
const nextTask = () => new Promise((resolve) => setTimeout(resolve));

addEventListener("message", async ({ data }: MessageEvent<ToWorker>) => {
  running?.abort();
  if (data.kind === "cancel") return;
  const controller = new AbortController();
  running = controller;
  try {
    await run(data, controller.signal);
  } catch (error) {
    if (controller.signal.aborted) say({ kind: "canceled" });
    else say({ kind: "failed", ...failureOf(error) });
  }
});

async function run(
  { files: graphs, threads, request }: Extract<ToWorker, { kind: "start" }>,
  signal: AbortSignal,
) {
  session ??= open(graphs, threads, signal);
  const opened = await session.catch((error: unknown) => {
    session = undefined;
    throw error;
  });
  signal.throwIfAborted();
  const begun = performance.now();
  const { shapes } = opened;
  const { cells, steps } = request;
  const { cell_px: cell } = shapes.config;
  const casting = castingOf(request, opened.palettes);
  if ("refused" in casting) throw new Refused("prompt", casting.refused);
  if (casting.roles.length === 0) throw new Refused("nobody", "");
  const files = [];
  for (const member of calledMembers(request, casting)) files.push(await adapterOf(member, shapes, signal));
  const rendered = casting.roles.map(({ place }) => place);
  const large = await draw(opened, request, { casting, files }, async (step, x0) => {
    const pixels = pixelsOf(x0, cell, cells, rendered);
    say({ kind: "step", step, total: steps, pixels }, [pixels.data.buffer]);
    await nextTask();
    return !signal.aborted;
  });
  signal.throwIfAborted();
  if (!large) return;
  const pixels = pixelsOf(large, cell * shapes.enlarged, cells, rendered);
  const seconds = (performance.now() - begun) / 1000;
  say({ kind: "done", pixels, rendered, unknown: casting.unknown, seconds }, [pixels.data.buffer]);
}

async function open(
  files: Extract<ToWorker, { kind: "start" }>["files"],
  threads: number,
  signal: AbortSignal,
): Promise<Session> {
  const bytes = await download(files, signal, (received) => say({ kind: "downloading", received }));
  say({ kind: "opening" });
  return openSession(bytes, files.shapes, new URL(files.loader, location.origin).href, threads);
}

async function adapterOf({ url, title }: Member, shapes: Shapes, signal: AbortSignal): Promise<AdapterFile> {
  const known = adapters.get(url);
  if (known) return known;
  const response = await fetch(url, { signal }).catch(() => {
    signal.throwIfAborted();
    throw new DownloadFailed("The connection broke.");
  });
  if (!response.ok) throw new Refused("adapter", `${title}: the server answered ${response.status}.`);
  try {
    const file = readAdapter(new Uint8Array(await response.arrayBuffer()), shapes);
    adapters.set(url, file);
    return file;
  } catch (error) {
    signal.throwIfAborted();
    throw new Refused("adapter", `${title}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function failureOf(error: unknown): { failure: FailureKind; detail: string } {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof Refused) return { failure: error.failure, detail };
  if (error instanceof DownloadFailed) return { failure: "download", detail };
  const memory = error instanceof RangeError || /out of memory|bad_alloc|allocation/i.test(detail);
  return { failure: memory ? "memory" : "internal", detail };
}
