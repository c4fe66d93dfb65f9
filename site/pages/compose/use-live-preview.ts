// The browser's preview of the current form: after consent it starts automatically a moment after the last change, and the next change cancels
// it.

import { previewFiles } from "virtual:preview-files";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Form, Known } from "../../composition/form.ts";
import { capability } from "../../preview/capability.ts";
import { allKept, type PreviewFiles, totalBytes } from "../../preview/files.ts";
import type { Pixels } from "../../preview/messages.ts";
import { requestOf } from "../../preview/request.ts";
import { type PreviewState, usePreview } from "../../preview/use-preview.ts";
import { keepOffline } from "./offline.ts";
import { type Consent, keepConsent, readConsent } from "./preview-consent.ts";
import { randomSeed } from "./settings.tsx";

const PAUSE_MS = 450;
/** Fewer steps than a runner's: enough to show positions and looks while editing. */
const STEPS = 6;

export interface LivePreview {
  /** Null where the base has no graphs for the browser: then nothing is offered. */
  files: PreviewFiles | null;
  /** Why this browser cannot, and what to do about it. */
  unable: { reason: string; remedy: string } | null;
  consent: Consent;
  setConsent: (consent: Consent) => void;
  /** All files are on this device. */
  kept: boolean;
  bytes: number;
  state: PreviewState;
  /** The last finished picture; before there is one, that of a step. Null where the form has nothing to draw. */
  pixels: Pixels | null;
  finished: boolean;
  seed: number;
  /** Changes whenever the picture would. */
  key: string;
}

export function useLivePreview(form: Form, known: Known): LivePreview {
  const files = (known.base && previewFiles[known.base.id]) || null;
  const able = useMemo(capability, []);
  const [consent, setConsent] = useState(readConsent);
  const [kept, setKept] = useState(false);
  const { state, pixels, start, cancel } = usePreview();
  const random = useRef(randomSeed());
  const seed = form.seed ?? random.current;
  const request = requestOf(form, known, seed);
  const key = request ? JSON.stringify(request) : "";
  const loaded = form.members.every(({ ref }) => known.adapters.has(ref));

  /** The request that is drawn or being drawn. */
  const drawn = useRef("");
  const stop = () => {
    drawn.current = "";
    cancel();
  };
  // A download that is cancelled begins its file again: edits wait for it, and only the newest is drawn then.
  const isLoading = state.kind === "downloading" || state.kind === "opening";
  useEffect(() => {
    if (consent !== "on" || !files || !able.able || !request || !loaded) return;
    if (isLoading || drawn.current === key) return;
    if (state.kind === "sampling") stop();
    const timer = setTimeout(() => {
      drawn.current = key;
      start(files, able.threads, { ...request, steps: STEPS });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [key, consent, files, loaded, isLoading]);
  useEffect(() => {
    if (files) allKept(files).then(setKept);
  }, [files, state.kind === "sampling"]);

  // What was loaded until the first picture is what the page needs without a network.
  useEffect(() => {
    if (state.kind === "finished") keepOffline();
  }, [state.kind === "finished"]);

  const last = useLast(pixels, state.kind === "finished", request === null);
  return {
    files,
    unable: able.able ? null : able,
    consent,
    setConsent: (next) => {
      keepConsent(next);
      setConsent(next);
      if (next !== "on") stop();
    },
    kept,
    bytes: files ? totalBytes(files) : 0,
    state,
    pixels: consent === "on" ? last.pixels : null,
    finished: last.finished,
    seed,
    key,
  };
}

/** A finished picture stays until the next one is finished: unfinished steps over it would flicker. */
function useLast(pixels: Pixels | null, isFinished: boolean, isEmpty: boolean) {
  const last = useRef<{ pixels: Pixels | null; finished: boolean }>({ pixels: null, finished: false });
  if (isEmpty) last.current = { pixels: null, finished: false };
  else if (pixels && isFinished) last.current = { pixels, finished: true };
  else if (pixels && !last.current.finished) last.current = { pixels, finished: false };
  return last.current;
}
