// Formats measured numbers. A measurement that has no number shows as a dash.

import type { Spread } from "./results.ts";

export const NONE = "–";

export function number(value: number | null, digits = 3): string {
  if (value === null) return NONE;
  const text = value.toFixed(digits);
  // Rounding must not leave a minus before zeros.
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace("-", "−");
}

/** `0.512 ± 0.012`, one standard error, where there is one. */
export function withSpread({ mean, error }: Spread, digits = 3): string {
  return mean === null || error === null
    ? number(mean, digits)
    : `${number(mean, digits)} ± ${number(error, digits)}`;
}

export function percent(share: number | null, digits = 1): string {
  return share === null ? NONE : `${number(share * 100, digits)} %`;
}

export function duration(seconds: number): string {
  if (seconds < 0.001) return "< 1 ms";
  return seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(1)} s`;
}

export function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
