// A line with the mix that the form was opened from, and whether its members are unchanged.

import type { MixWithVersions } from "../../api-mixes.ts";
import type { Form } from "../../composition/form.ts";
import { Icon } from "../../ui/icon.tsx";
import { mixUrl } from "../../ui/mix-card.tsx";
import type { Loaded } from "../../ui/use-reply.ts";
import { isUnchanged } from "./mix-form.ts";

export function FromMix(props: { form: Form; mix: Loaded<MixWithVersions | null>; onRemove: () => void }) {
  const { form, mix } = props;
  if (form.from === null) return null;
  const ref = form.from.replace(/:\d+$/, "");
  const missing = mix.failure !== null;
  return (
    <p class="from-mix">
      <span>
        {isUnchanged(form, mix.value) ? "This is " : "Made from "}
        <a href={mixUrl(ref)}>{mix.value?.title ?? ref}</a>
        {missing
          ? ", which is not there any more."
          : isUnchanged(form, mix.value)
            ? `, version ${mix.value?.number}.`
            : ". What you publish names it."}
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label="Remove the origin"
        title="Remove the origin"
        onClick={props.onRemove}
      >
        <Icon name="close" />
      </button>
    </p>
  );
}
