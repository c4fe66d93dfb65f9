// Escapes text for HTML, for element content and for attributes in double quotes, by Hono's template.

import { html } from "hono/html";

/** A template of strings alone is never a promise. */
export const escapeHtml = (text: string): string => String(html`${text}`);
