// A person beside their content: avatar or initial, a link to their page, and their plain text.

import type { PersonCard } from "../api-people.ts";
import { piecesOf, profileUrl } from "./plain-text.ts";
import "../styles/people.css";

export function Avatar({ person }: { person: PersonCard | null }) {
  if (person?.avatar_url) {
    return <img class="avatar" src={person.avatar_url} alt="" loading="lazy" decoding="async" />;
  }
  return (
    <span class="avatar" aria-hidden="true">
      {person ? Array.from(person.name || person.handle)[0]?.toUpperCase() : "·"}
    </span>
  );
}

export function PersonLink({ person }: { person: PersonCard | null }) {
  if (person === null) return <span class="person-link">Somebody who left</span>;
  return (
    <a class="person-link" href={profileUrl(person.handle)}>
      {person.handle}
    </a>
  );
}

/** Keeps line breaks; addresses become links with rel="nofollow". */
export function PlainText({ text }: { text: string }) {
  return (
    <p class="plain-text">
      {piecesOf(text).map(({ kind, text: word, href }, i) =>
        kind === "text" ? (
          word
        ) : (
          <a
            key={`${i}-${word}`}
            href={href ?? ""}
            {...(kind === "link" && { rel: "nofollow ugc noopener" })}
          >
            {word}
          </a>
        ),
      )}
    </p>
  );
}
