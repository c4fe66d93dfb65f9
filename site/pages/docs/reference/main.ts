// The API reference: Scalar renders our OpenAPI document. Everything comes from this origin; no telemetry.

import "./reference.css";
import { referenceScript } from "virtual:reference-file";
import "../../../ui/shell.ts";

declare global {
  interface Window {
    /** What Scalar's script defines. */
    Scalar: { createApiReference: (selector: string, options: Record<string, unknown>) => unknown };
  }
}

const place = document.getElementById("reference");
const script = document.createElement("script");
script.src = referenceScript;
script.onload = () => {
  place?.replaceChildren();
  window.Scalar.createApiReference("#reference", {
    url: "/v1/openapi.json",
    theme: "none",
    withDefaultFonts: false,
    telemetry: false,
    hideClientButton: true,
    agent: { disabled: true },
    mcp: { disabled: true },
    showDeveloperTools: "never",
    hideDarkModeToggle: true,
    persistAuth: false,
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    authentication: { preferredSecurityScheme: "key" },
  });
};
script.onerror = () => {
  if (place) place.textContent = "The reference did not load. Its source is /v1/openapi.json.";
};
document.head.append(script);
