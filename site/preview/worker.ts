// Runs the preview in a worker thread, so that the page stays responsive: download, load, sample, sharpen. One picture at a time.

import { type AdapterFile, composed, readAdapter } from "./adapter-file.ts";
import cast from "./cast/cast.json";
import { castPrompt } from "./casting.ts";
import { DownloadFailed, download } from "./files.ts";
import type { FailureKind, FromWorker, PreviewRequest, ToWorker } from "./messages.ts";
import { noiseOf } from "./noise.ts";
import { cropped, pixelsOf } from "./pixels.ts";
import { captionsFor, sample } from "./sampler.ts";
import { type Attached, captionInputs, residualInputs } from "./scene.ts";
import { openSession, type Session } from "./session.ts";

const { cell_px: CELL, layers: depth, words, width: channels } = cast.config;
const SHARPENED = 4;

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
const breathe = () => new Promise((resolve) => setTimeout(resolve));

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
  const { prompt, cells, seed, steps, guidance } = request;
  const regions = new Map(request.members.map(({ trigger, region }) => [trigger, region]));
  const casting = castPrompt(prompt, cells, opened.palettes, regions);
  if ("refused" in casting) throw new Refused("prompt", casting.refused);
  if (casting.roles.length === 0) throw new Refused("nobody", "");
  const wanted = request.members.filter(({ trigger }) =>
    casting.roles.some((role) => role.trigger === trigger),
  );
  const attached = new Map<string, Attached>();
  const files = [];
  for (const member of wanted) files.push(await adapterOf(member, signal));
  composed(files).forEach((trained, i) => {
    const member = wanted[i];
    if (member) attached.set(member.trigger, { ...member, trained });
  });
  const rendered = casting.roles.map(({ place }) => place);
  const captions = captionsFor(guidance);
  const context = await opened.run("text", { ...captionInputs(casting, attached, opened, seed, captions) });
  const residuals = residualInputs(casting, attached, cells);
  const inputs = {
    ...residuals,
    context: { data: context, shape: [depth, captions, words * rendered.length, channels] },
  };
  const width = CELL * rendered.length;
  const small = await sample({
    noise: cropped(noiseOf(seed, 3 * CELL * CELL * cells), cells, rendered),
    steps,
    guidance,
    predict: (copies, t) =>
      opened.run("denoiser", {
        ...inputs,
        x_t: { data: copies, shape: [captions, 3, CELL, width] },
        t: { data: Float32Array.of(t), shape: [1] },
      }),
    onStep: async (step, x0) => {
      const pixels = pixelsOf(x0, CELL, cells, rendered);
      say({ kind: "step", step, total: steps, pixels }, [pixels.data.buffer]);
      await breathe();
      return !signal.aborted;
    },
  });
  signal.throwIfAborted();
  if (!small) return;
  const large = await opened.run("sharpener", { small: { data: small, shape: [1, 3, CELL, width] } });
  const pixels = pixelsOf(large, CELL * SHARPENED, cells, rendered);
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
  return openSession(bytes, new URL(files.loader, location.origin).href, threads);
}

async function adapterOf(
  { url, title }: PreviewRequest["members"][number],
  signal: AbortSignal,
): Promise<AdapterFile> {
  const known = adapters.get(url);
  if (known) return known;
  const response = await fetch(url, { signal }).catch(() => {
    signal.throwIfAborted();
    throw new DownloadFailed("The connection broke.");
  });
  if (!response.ok) throw new Refused("adapter", `${title}: the server answered ${response.status}.`);
  try {
    const file = readAdapter(new Uint8Array(await response.arrayBuffer()));
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
