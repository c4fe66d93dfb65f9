// The paper's own numbers: Po, Yang, Aberman, Wetzstein, "Orthogonal Adaptation for Modular Customization of Diffusion
// Models", CVPR 2024 (arXiv 2312.02432), table 2. People on Stable Diffusion: alignment of text and image, identity by
// ArcFace, of single concepts and of merges of three. The keys are those of results.json, from eval/methods.py.

export interface PaperRow {
  text: readonly [single: number, merged: number];
  image: readonly [single: number, merged: number];
  identity: readonly [single: number, merged: number];
  merge: string;
}

export const PAPER: Readonly<Record<string, PaperRow>> = {
  "P+": { text: [0.643, 0.643], image: [0.683, 0.683], identity: [0.515, 0.515], merge: "< 1 s" },
  "Custom Diffusion": {
    text: [0.668, 0.673],
    image: [0.648, 0.623],
    identity: [0.504, 0.408],
    merge: "~2 s",
  },
  "DB-LoRA (FedAvg)": {
    text: [0.613, 0.682],
    image: [0.744, 0.531],
    identity: [0.683, 0.098],
    merge: "< 1 s",
  },
  "MoS (FedAvg)": { text: [0.625, 0.621], image: [0.745, 0.735], identity: [0.728, 0.706], merge: "< 1 s" },
  "MoS (Gradient Fusion)": {
    text: [0.625, 0.631],
    image: [0.745, 0.729],
    identity: [0.728, 0.717],
    merge: "~15 min",
  },
  "Orthogonal Adaptation": {
    text: [0.624, 0.644],
    image: [0.748, 0.741],
    identity: [0.74, 0.745],
    merge: "< 1 s",
  },
};

/** The row by its name in results.json. Throws for a name that is not in the paper's table. */
export function paperRow(name: string): PaperRow {
  const row = PAPER[name];
  if (!row) throw new Error(`The paper's table 2 has no row ${name}`);
  return row;
}
