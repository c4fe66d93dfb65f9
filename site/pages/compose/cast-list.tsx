// The members of the composition: name, strength, remove.

import type { Adapter } from "../../api.ts";
import { calledBy, type Member, type Mode } from "../../composition/form.ts";
import { codeOf, type Failure, messageOf } from "../../failure.ts";
import { adapterUrl, InexactTag, previewOf } from "../../ui/adapter-card.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Picture } from "../../ui/picture.tsx";
import { Range } from "../../ui/range.tsx";
import { entryOf } from "./use-known.ts";

const STRENGTH_SHOWN = { min: 0, max: 1.5, step: 0.05 };

export function CastList(props: {
  members: readonly Member[];
  adapters: ReadonlyMap<string, Adapter>;
  refused: ReadonlyMap<string, Failure>;
  missing: ReadonlySet<string>;
  onStrength: (ref: string, strength: number) => void;
  onMode: (ref: string, mode: Mode) => void;
  onRemove: (ref: string) => void;
  onMention: (trigger: string) => void;
}) {
  const words = calledBy(props.members, { base: null, adapters: props.adapters });
  return (
    <ol class="cast-list">
      {props.members.map((member, index) => {
        const adapter = props.adapters.get(member.ref);
        const refused = props.refused.get(member.ref);
        const trigger = words.get(member.ref);
        const name = adapter?.title ?? member.ref;
        return (
          <li key={member.ref} class={`cast-${index % 6} ${member.mode}`}>
            <Picture src={adapter ? previewOf(adapter) : null} alt="" class="cast-thumb" />
            <div class="cast-body">
              <div class="card-line">
                <a class="cast-name" href={adapterUrl(entryOf(member.ref))}>
                  <span class="cast-number" aria-hidden="true">
                    {index + 1}
                  </span>
                  {name}
                </a>
                <MemberButtons
                  name={name}
                  mode={member.mode}
                  onMode={(mode) => props.onMode(member.ref, mode)}
                  onRemove={() => props.onRemove(member.ref)}
                />
              </div>
              {refused ? (
                <p class="fault">{reasonOf(member.ref, refused)}</p>
              ) : (
                <label class="strength">
                  <span>Strength</span>
                  <Range
                    {...STRENGTH_SHOWN}
                    value={member.strength}
                    aria-label={`Strength of ${name}`}
                    onValue={(strength) => props.onStrength(member.ref, strength)}
                  />
                  <output class="numbers">{member.strength.toFixed(2)}</output>
                </label>
              )}
              {member.training && (
                <p class="hint">
                  {"The picture waits until "}
                  <a href={`/publish/?training=${member.training.id}`}>its training</a>
                  {" is done."}
                </p>
              )}
              {adapter?.latest_version?.foreign && <InexactTag />}
              {trigger && !isWhole(adapter) && props.missing.has(trigger) && (
                <button type="button" class="chip warn-chip" onClick={() => props.onMention(trigger)}>
                  <Icon name="add" />
                  <span>
                    <span class="trigger">{trigger}</span> is not in the prompt
                  </span>
                </button>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** A LoRA of another program that no word calls. */
const isWhole = (adapter: Adapter | undefined) => adapter?.latest_version?.foreign?.words === null;

function MemberButtons(props: {
  name: string;
  mode: Mode;
  onMode: (mode: Mode) => void;
  onRemove: () => void;
}) {
  const { name, mode } = props;
  const toggle = (wanted: Mode) => props.onMode(mode === wanted ? "on" : wanted);
  return (
    <span class="member-buttons">
      <button
        type="button"
        class="icon-button"
        aria-pressed={mode === "muted"}
        aria-label={`Mute ${name}`}
        title="Mute: the base draws this person without the adapter"
        onClick={() => toggle("muted")}
      >
        <Icon name="muted" />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-pressed={mode === "solo"}
        aria-label={`Solo ${name}`}
        title="Solo: only this adapter is applied"
        onClick={() => toggle("solo")}
      >
        <Icon name="solo" />
      </button>
      <button type="button" class="icon-button" aria-label={`Remove ${name}`} onClick={props.onRemove}>
        <Icon name="close" />
      </button>
    </span>
  );
}

function reasonOf(ref: string, failure: Failure): string {
  if (codeOf(failure) === "not_found") return `The catalog has no ${ref}. Remove it and add another.`;
  const { title, remedy } = messageOf(failure);
  return `${title}. ${remedy}`;
}
