// Whether the browser may generate previews without being asked: confirmed once, because it downloads tens of megabytes. Stored on this device.

export type Consent = "on" | "off" | "ask";

const KEY = "orthoplex.preview";

export function readConsent(): Consent {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "on" || kept === "off" ? kept : "ask";
  } catch {
    return "ask";
  }
}

export function keepConsent(consent: Consent): void {
  try {
    localStorage.setItem(KEY, consent);
  } catch {
    // Storage may be blocked; the answer then lasts for this page.
  }
}
