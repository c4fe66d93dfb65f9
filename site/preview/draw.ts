// One picture of a preview, from a prompt and the members' files: reads the prompt, composes, samples, enlarges. Independent of where files and
// sessions come from and of who watches.

import { type AdapterFile, composed } from "./adapter-file.ts";
import { type Casting, type CastingRefused, castPrompt } from "./casting.ts";
import type { PreviewRequest } from "./messages.ts";
import { noiseOf } from "./noise.ts";
import { cropped } from "./pixels.ts";
import type { Palettes } from "./prompt.ts";
import { captionsFor, sample } from "./sampler.ts";
import { type Attached, captionInputs, memberInputs, type Values, type World } from "./scene.ts";
import type { Shapes } from "./shapes.ts";

export type GraphName = "text" | "denoiser" | "sharpener";

/** A loaded base: its graphs, its words and its sizes. */
export interface Session extends World {
  shapes: Shapes;
  palettes: Palettes;
  run: (graph: GraphName, inputs: Record<string, Values<Float32Array | Int32Array>>) => Promise<Float32Array>;
}

export type Member = PreviewRequest["members"][number];

export function castingOf(
  { prompt, cells, members }: PreviewRequest,
  palettes: Palettes,
): Casting | CastingRefused {
  const regions = new Map(members.map(({ trigger, region }) => [trigger, region]));
  return castPrompt(prompt, cells, palettes, regions);
}

/** The members that a casting names, in the order of the request. */
export function calledMembers({ members }: PreviewRequest, { roles }: Casting): Member[] {
  return members.filter(({ trigger }) => roles.some((role) => role.trigger === trigger));
}

/**
 * The enlarged picture of the cells that the casting fills, (3, E, E * roles) in [-1, 1], or null where onStep stopped it.
 * `files`: those of `calledMembers`, in the same order.
 */
export async function draw(
  session: Session,
  request: PreviewRequest,
  { casting, files }: { casting: Casting; files: readonly AdapterFile[] },
  onStep: (step: number, x0: Float32Array) => Promise<boolean>,
): Promise<Float32Array | null> {
  const { shapes } = session;
  const { cells, seed, steps, guidance } = request;
  const { cell_px: cell, width: channels, words, layers: depth } = shapes.config;
  const called = calledMembers(request, casting);
  const attached = new Map<string, Attached>();
  composed(files, shapes).forEach((trained, i) => {
    const member = called[i];
    if (member) attached.set(member.trigger, { ...member, trained });
  });
  const rendered = casting.roles.map(({ place }) => place);
  const captions = captionsFor(guidance);
  const context = await session.run("text", captionInputs(casting, attached, session, { seed, captions }));
  const rows = [captions, words * rendered.length, channels];
  const inputs = {
    ...memberInputs(casting, attached, shapes, { cells, captions }),
    context: { data: context, shape: shapes.entries.length > 0 ? rows : [depth, ...rows] },
  };
  const width = cell * rendered.length;
  const small = await sample({
    noise: cropped(noiseOf(seed, 3 * cell * cell * cells), cells, rendered),
    steps,
    shift: shapes.time_shift,
    guidance,
    predict: (copies, t) =>
      session.run("denoiser", {
        ...inputs,
        x_t: { data: copies, shape: [captions, 3, cell, width] },
        t: { data: Float32Array.of(t), shape: [1] },
      }),
    onStep,
  });
  return small && (await session.run("sharpener", { small: { data: small, shape: [1, 3, cell, width] } }));
}
