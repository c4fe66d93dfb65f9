// Spans of time, and moments as they travel: rows hold milliseconds since 1970 in UTC, the wire RFC 3339.

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const isoTime = (milliseconds: number) => new Date(milliseconds).toISOString();
export const isoTimeOrNull = (milliseconds: number | null) =>
  milliseconds === null ? null : isoTime(milliseconds);
