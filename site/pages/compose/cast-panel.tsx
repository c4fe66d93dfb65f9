// The side panel of the compose page: members, their crosstalk, and what their licences allow.

import type { ComponentChildren } from "preact";
import { type Change, calledBy, type Form } from "../../composition/form.ts";
import { triggersIn } from "../../composition/prompt.ts";
import { overlap } from "../../composition/region.ts";
import { Icon } from "../../ui/icon.tsx";
import { LicenceSummary } from "../../ui/licence-summary.tsx";
import { FailureNotice, signInUrl } from "../../ui/notice.tsx";
import { patternOf, SlotPattern } from "../../ui/slot-pattern.tsx";
import { Warnings } from "../../ui/warnings.tsx";
import { CastList } from "./cast-list.tsx";
import { Crosstalk } from "./crosstalk.tsx";
import { useComposition } from "./use-composition.ts";
import type { KnownState } from "./use-known.ts";

export function CastPanel(props: {
  form: Form;
  known: KnownState;
  guest: boolean;
  change: (change: Change) => void;
  onPick: () => void;
  /** Between the members and how they meet. */
  children: ComponentChildren;
}) {
  const { form, known, change } = props;
  const crosstalk = useComposition(props.guest ? [] : form.members, known);
  const mentioned = new Set(triggersIn(form.prompt));
  const triggers = [...calledBy(form.members, known).values()];
  // A prompt that nobody has written follows the members by itself.
  const missing = new Set(form.written ? triggers.filter((trigger) => !mentioned.has(trigger)) : []);

  return (
    <>
      <section class="panel cast-panel">
        <div class="card-line">
          <h2>Members</h2>
          <button type="button" class="button small" onClick={props.onPick}>
            <Icon name="add" />
            Add adapter
          </button>
        </div>
        {form.members.length === 0 ? (
          <p class="quiet">
            Nobody yet. Add people from the catalog, or write a prompt with ordinary persons only.
          </p>
        ) : (
          <CastList
            members={form.members}
            adapters={known.adapters}
            refused={known.refused}
            missing={missing}
            onMode={(ref, mode) => change({ type: "mode", ref, mode })}
            onStrength={(ref, strength) => change({ type: "strength", ref, strength })}
            onRemove={(ref) => change({ type: "remove", ref })}
            onMention={(trigger) => change({ type: "mention", trigger })}
          />
        )}
        <Warnings warnings={[...overlapsOf(form), ...(crosstalk.composition?.warnings ?? [])]} />
      </section>
      {props.children}
      {form.members.length > 0 && (
        <section class="panel" aria-busy={crosstalk.waiting}>
          <h2>How they meet</h2>
          <Columns form={form} known={known} />
          {props.guest && (
            <p class="quiet">
              <a href={signInUrl()}>Sign in</a> to see crosstalk and the licences that come together.
            </p>
          )}
          {crosstalk.failure && <FailureNotice failure={crosstalk.failure} />}
          {crosstalk.composition ? (
            <>
              {known.base && (
                <Crosstalk
                  base={known.base}
                  composition={crosstalk.composition}
                  members={form.members}
                  adapters={known.adapters}
                />
              )}
              <h3 class="side-title">Together they allow</h3>
              <LicenceSummary licence={crosstalk.composition.licence} />
            </>
          ) : (
            !props.guest && !crosstalk.failure && <div class="skeleton crosstalk-skeleton">Asking</div>
          )}
        </section>
      )}
    </>
  );
}

/** The columns that each member owns. Needs no account: slots are public. */
function Columns({ form, known }: { form: Form; known: KnownState }) {
  const owners = form.members.flatMap(({ ref }, index) => {
    const adapter = known.adapters.get(ref);
    return adapter && adapter.slot !== null ? [{ name: adapter.title, slot: adapter.slot, index }] : [];
  });
  const isForeign = ({ ref }: Form["members"][number]) =>
    known.adapters.get(ref)?.latest_version?.foreign != null;
  if (owners.length === 0 && form.members.every(isForeign)) return null;
  if (!known.base || owners.length === 0) return <div class="skeleton pattern-skeleton">Loading</div>;
  return (
    <figure class="columns">
      <SlotPattern base={known.base} owners={owners} />
      <figcaption class="hint">
        {`The ${patternOf(known.base).rank} columns each of them owns in a layer. A cell in two colours is shared.`}
      </figcaption>
    </figure>
  );
}

function overlapsOf({ members }: Form): string[] {
  return members.flatMap((a, i) =>
    members.slice(i + 1).flatMap((b, j) => {
      const share = a.region && b.region ? overlap(a.region, b.region) : 0;
      return share > 0.25
        ? [`Boxes ${i + 1} and ${i + j + 2} overlap by ${Math.round(share * 100)} %. Faces may mix there.`]
        : [];
    }),
  );
}
