// The messages between page and worker. Plain data.

import type { Region } from "../api.ts";
import type { PreviewFiles } from "./files.ts";

export interface PreviewRequest {
  prompt: string;
  /** Cells of the canvas, left to right. */
  cells: number;
  seed: number;
  steps: number;
  guidance: number;
  members: readonly {
    trigger: string;
    url: string;
    title: string;
    strength: number;
    region: Region | null;
  }[];
}

export type ToWorker =
  | { kind: "start"; files: PreviewFiles; threads: number; request: PreviewRequest }
  | { kind: "cancel" };

/** Straight RGBA of the whole canvas; cells that were left out are transparent. */
export interface Pixels {
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
}

export type FailureKind = "download" | "adapter" | "prompt" | "nobody" | "memory" | "internal";

export type FromWorker =
  | { kind: "downloading"; received: number }
  | { kind: "opening" }
  | { kind: "step"; step: number; total: number; pixels: Pixels }
  | { kind: "done"; pixels: Pixels; rendered: number[]; unknown: string[]; seconds: number }
  | { kind: "canceled" }
  | { kind: "failed"; failure: FailureKind; detail: string };
