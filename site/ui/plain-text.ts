// User text is plain text: finds web addresses and mentions in it and keeps every character. Pure.

export type Piece = { kind: "text" | "link" | "mention"; text: string; href?: string };

const FOUND = /https?:\/\/[^\s<>"']+|(?<![\w@./-])@[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?(?![\w@-])/gi;
/** Punctuation that ends a sentence rather than an address. */
const TAIL = /[.,;:!?…]+$/;

export const profileUrl = (handle: string) => `/user/?handle=${encodeURIComponent(handle)}`;

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(FOUND)) {
    const word = match[0].startsWith("@") ? match[0] : withoutTail(match[0]);
    if (match.index > end) pieces.push({ kind: "text", text: text.slice(end, match.index) });
    pieces.push(pieceOf(word));
    end = match.index + word.length;
  }
  if (end < text.length) pieces.push({ kind: "text", text: text.slice(end) });
  return pieces;
}

function pieceOf(word: string): Piece {
  if (word.startsWith("@")) {
    return { kind: "mention", text: word, href: profileUrl(word.slice(1).toLowerCase()) };
  }
  return URL.canParse(word) ? { kind: "link", text: word, href: word } : { kind: "text", text: word };
}

/** A closing bracket belongs to the address only if it was opened in it. */
function withoutTail(address: string): string {
  const word = address.replace(TAIL, "");
  const opened = word.split("(").length;
  const closed = word.split(")").length;
  return word.endsWith(")") && closed > opened ? withoutTail(word.slice(0, -1)) : word;
}
