// Formats numbers and dates for people. Pure; time is an argument.

export function countOf(n: number, noun: string): string {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}

export function bytesOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB"];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** What a job was charged, and what was refunded. */
export function costOf({ credits, refunded }: { credits: number; refunded: number }): string {
  if (credits === 0) return "free of charge";
  return refunded === 0
    ? countOf(credits, "credit")
    : `${countOf(credits, "credit")}, ${refunded.toLocaleString("en")} refunded`;
}

export function dayOf(timestamp: string): string {
  return new Date(timestamp).toLocaleDateString("en", { year: "numeric", month: "short", day: "numeric" });
}

/** How long ago, in the largest whole unit. */
export function agoOf(timestamp: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(timestamp)) / 1000));
  if (seconds < 60) return "just now";
  const steps: [number, string][] = [
    [60, "minute"],
    [60, "hour"],
    [24, "day"],
    [30, "month"],
    [12, "year"],
  ];
  let value = seconds;
  let name = "second";
  for (const [size, next] of steps) {
    if (value < size) break;
    value = Math.floor(value / size);
    name = next;
  }
  return `${countOf(value, name)} ago`;
}

export function durationOf(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Remaining time, extrapolated from the progress. Null before there is enough progress. */
export function remainingSeconds(step: number, total: number, elapsedSeconds: number): number | null {
  if (step <= 0 || total <= step || elapsedSeconds <= 0) return null;
  return (elapsedSeconds / step) * (total - step);
}
