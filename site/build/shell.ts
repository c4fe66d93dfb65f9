// What every page shares, written into its HTML at build time so that the layout does not shift when scripts load.

import { SEARCH_MAX_CHARACTERS } from "../../schema/contract/limits.ts";

const NAV = [
  ["/browse/", "Browse"],
  ["/mixes/", "Mixes"],
  ["/pictures/", "Pictures"],
  ["/compose/", "Compose"],
  ["/publish/", "Publish"],
  ["/method/", "Method"],
  ["/docs/", "API"],
] as const;

/**
 * The logo: a cross-polytope seen almost along one axis. Four facets meet at the near vertex, which is a little
 * off centre; the far vertex is behind it. Width and height are equal, as the axes are.
 */
const MARK_SVG = `<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
<path class="mark-a" d="M16 1 L31 16 L19 13 Z"/><path class="mark-b" d="M31 16 L16 31 L19 13 Z"/>
<path class="mark-c" d="M16 31 L1 16 L19 13 Z"/><path class="mark-d" d="M1 16 L16 1 L19 13 Z"/></svg>`;

export function headHtml(): string {
  return `<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#f5f1e8" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#161410" media="(prefers-color-scheme: dark)">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<script src="/theme.js"></script>`;
}

function links(page: string): string {
  return NAV.map(([href, label]) => {
    const here = page === href ? ` aria-current="page"` : "";
    return `<li><a href="${href}"${here}>${label}</a></li>`;
  }).join("");
}

/** A plain form to the catalog's address, so that it works without scripts. */
const searchForm = (more: string) => `<form class="topbar-search" role="search" action="/browse/">
<input type="search" name="q" placeholder="Search" aria-label="Search the catalog" maxlength="${SEARCH_MAX_CHARACTERS}"${more}></form>`;

/** Where the row has no room for the box, a button opens it below. */
const SEARCH_BUTTON = `<button type="button" class="icon-button search-button" popovertarget="search" aria-label="Search">
<svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="8.5" cy="8.5" r="5.75"/><path d="m13 13 4.5 4.5"/></svg></button>`;

/** Of pages that only the signed-in see. */
export const NOINDEX_HTML = `<meta name="robots" content="noindex">`;

/** Where a page's script puts what it shows. */
export const APP_HTML = `<main id="main" class="live"></main>
<noscript><p class="empty">This page needs JavaScript. The API it calls does not: see the <a href="/docs/">API guide</a>.</p></noscript>`;

export function headerHtml(page: string): string {
  // The catalog's page has a search box of its own, with suggestions.
  const isCatalog = page === "/browse/";
  const account = page === "/account/" ? ` aria-current="page"` : "";
  return `<a class="skip" href="#main">Skip to the content</a>
<header class="topbar"><div class="topbar-row">
<a class="brand" href="/">${MARK_SVG}<span>Orthoplex</span></a>
<nav class="topnav" aria-label="Main"><ul>${links(page)}</ul></nav>
<div class="topbar-end">
${isCatalog ? "" : searchForm("") + SEARCH_BUTTON}
<button type="button" class="icon-button" id="theme-toggle" aria-label="Switch between light and dark">
<svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="7.25"/><path class="solid" d="M10 2.75a7.25 7.25 0 0 1 0 14.5Z"/></svg></button>
<a class="icon-button bell" id="bell" href="/notifications/" aria-label="Notifications" hidden>
<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 8.5a5 5 0 0 1 10 0c0 4 1.5 5 1.5 5h-13S5 12.5 5 8.5ZM8.3 16.5a1.8 1.8 0 0 0 3.4 0"/></svg><span class="bell-count" hidden></span></a>
<a class="account-link" id="account-link" href="/account/"${account}>Sign in</a>
<button type="button" class="icon-button menu-button" popovertarget="menu" aria-label="Menu">
<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M2.5 6.5h15M2.5 13.5h15"/></svg></button>
</div></div>
${isCatalog ? "" : `<div id="search" popover>${searchForm(" autofocus")}</div>`}
<nav id="menu" popover aria-label="Main, small screens"><ul>${links(page)}<li><a href="/collections/">Collections</a></li><li><a href="/following/">Following and likes</a></li><li><a href="/jobs/">Jobs</a></li><li><a href="/account/">Account</a></li><li><a href="/about/">How it works</a></li></ul></nav>
</header>`;
}

export function footerHtml(): string {
  return `<footer class="foot"><div class="foot-row">
<p class="foot-brand">${MARK_SVG}<span>Orthoplex</span></p>
<p class="foot-line">Concepts trained independently, combined in one picture.</p>
<ul class="foot-links"><li><a href="/collections/">Collections</a></li><li><a href="/jobs/">Jobs</a></li><li><a href="/about/">How it works</a></li><li><a href="/method/">Method</a></li><li><a href="/about/#credits">Art credits</a></li><li><a href="/docs/">API guide</a></li><li><a href="/v1/openapi.json">OpenAPI</a></li><li><a href="/docs/errors/">Errors</a></li></ul>
</div></footer>`;
}
