// Placeholders for cards in the HTML itself, so that the page has its height before any script runs. Like CardSkeletons of
// site/ui/adapter-card.tsx, but without inline styles, which the content security policy forbids in HTML.

export function cardSkeletonsHtml(count: number, isMix = false): string {
  const faces = isMix ? `<div class="faces"><span class="picture"></span></div>` : "";
  const card = `<div class="card${isMix ? " mix-card" : ""}" aria-hidden="true"><span class="picture card-picture"></span><div><div class="card-line"><h3 class="skeleton">Name of one</h3><span class="tag skeleton">kind</span></div><div class="card-line quiet"><span class="skeleton">trigger by owner</span></div>${faces}</div></div>`;
  return `<div class="${isMix ? "mix-rows" : "card-grid"}">${card.repeat(count)}</div>`;
}
