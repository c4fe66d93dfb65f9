// A live job: the resource, kept up to date by its event stream, and its preview frames.

import { useEffect, useState } from "preact/hooks";
import { api, type Job, type Reply, watch } from "../api.ts";
import type { Failure } from "../failure.ts";

export interface Frame {
  step: number;
  preview: string;
}

export interface Reading {
  step: number;
  message: string;
}

export interface LiveJob<J extends Job> {
  job: J | null;
  frames: readonly Frame[];
  /** Every progress message once, in order: a training reports its loss there. */
  readings: readonly Reading[];
  failure: Failure | null;
  now: number;
  cancel: () => void;
}

const FRAMES_KEPT = 60;
const isOver = (job: Job) => job.status !== "queued" && job.status !== "running";

export function useJob<J extends Job>(first: J | null): LiveJob<J> {
  const [job, setJob] = useState<J | null>(first);
  const [frames, setFrames] = useState<readonly Frame[]>([]);
  const [readings, setReadings] = useState<readonly Reading[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [now, setNow] = useState(Date.now);

  useEffect(() => {
    setJob(first);
    setFrames([]);
    setReadings([]);
    setFailure(null);
    if (!first || isOver(first)) return;
    const take = (reply: Reply<J>) => (reply.ok ? setJob(reply.value) : setFailure(reply.failure));
    const patch = (change: Partial<Job>) => setJob((before) => before && ({ ...before, ...change } as J));
    const clock = setInterval(() => setNow(Date.now()), 1_000);
    const stop = watch(first, {
      status: ({ status, queue_position }) => {
        // `done` carries the final status together with the result; until then the job counts as running.
        if (status === "queued" || status === "running") patch({ status, queue_position });
      },
      progress: ({ step, total, message, preview }) => {
        setNow(Date.now());
        setJob((before) => before && withProgress(before, { step, total, message }));
        if (message) setReadings((all) => (all.at(-1)?.step === step ? all : [...all, { step, message }]));
        if (preview) setFrames((all) => [...all.slice(1 - FRAMES_KEPT), { step, preview }]);
      },
      done: () => {
        clearInterval(clock);
        api.job(first).then(take);
      },
    });
    return () => {
      clearInterval(clock);
      stop();
    };
  }, [first]);

  const cancel = async () => {
    if (!job) return;
    const reply = await api.cancel(job);
    if (reply.ok) setJob(reply.value);
    else setFailure(reply.failure);
  };
  return { job, frames, readings, failure, now, cancel };
}

/** Progress means that a runner has the job, also where the status event was missed. */
function withProgress<J extends Job>(job: J, progress: NonNullable<Job["progress"]>): J {
  const started = job.started_at ?? new Date().toISOString();
  return { ...job, status: "running", started_at: started, queue_position: null, progress };
}
