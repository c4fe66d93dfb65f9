// Euler sampler of the rectified flow with classifier-free guidance, around any denoiser. Pure but for what `predict` does.
// Twin of gpu-runner/orthoplex/sample/sampler.py and bases/cast/flow.py.

/** Noise levels 1 = t_0 > ... > t_steps = 0, denser near noise: t' = s t / (1 + (s - 1) t). */
export function timeSteps(steps: number, shift: number): number[] {
  return Array.from({ length: steps + 1 }, (_, index) => {
    const t = 1 - index / steps;
    return (shift * t) / (1 + (shift - 1) * t);
  });
}

/** Captions per step: at guidance 1 the unconditional prediction has no weight, so it is skipped. */
export const captionsFor = (guidance: number) => (guidance === 1 ? 1 : 2);

export interface Sampling {
  /** x_1: noise of one picture. */
  noise: Float32Array;
  steps: number;
  /** s of the noise levels. */
  shift: number;
  guidance: number;
  /** Predicts the clean picture at level t for every caption, with the prompt first, then without: predict of [x_t, x_t] or [x_t]. */
  predict: (copies: Float32Array, t: number) => Promise<Float32Array>;
  /** Receives x0 after each step; returning false stops. */
  onStep: (step: number, x0: Float32Array) => Promise<boolean>;
}

/** The picture, or null where onStep stopped it. */
export async function sample({
  noise,
  steps,
  shift,
  guidance,
  predict,
  onStep,
}: Sampling): Promise<Float32Array | null> {
  const times = timeSteps(steps, shift);
  const size = noise.length;
  const x = noise.slice();
  const captions = captionsFor(guidance);
  const copies = new Float32Array(captions * size);
  for (let step = 0; step < steps; step++) {
    const [t, next] = [times[step] as number, times[step + 1] as number];
    for (let caption = 0; caption < captions; caption++) copies.set(x, caption * size);
    const predicted = await predict(copies, t);
    const unprompted = (captions - 1) * size;
    const x0 = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      const without = predicted[unprompted + i] as number;
      const clean = without + guidance * ((predicted[i] as number) - without);
      x0[i] = clean;
      // dx/dt = (x_t - x0) / t, so at next = 0 this is x0 itself.
      x[i] = clean + ((x[i] as number) - clean) * (next / t);
    }
    if (!(await onStep(step + 1, x0))) return null;
  }
  return x;
}
