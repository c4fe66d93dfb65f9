// Second step: name, kind, licence, and visibility.

import { NAME_MAX_CHARACTERS, TITLE_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import { type Failure, faultAt } from "../../ui/failure.ts";
import { Field, TextArea, TextField } from "../../ui/field.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { type About, LICENCES, nameFrom, RATINGS } from "./about.ts";

const VISIBILITIES = [
  ["public", "Public"],
  ["unlisted", "By link"],
  ["private", "Only me"],
] as const;

export function AboutStep(props: {
  about: About;
  handle: string;
  failure: Failure | null;
  /** The JSON pointer of the adapter in the request. */
  at?: string;
  onChange: (about: About) => void;
}) {
  const { about, failure } = props;
  const set = (values: Partial<About>) => props.onChange({ ...about, ...values });
  const fault = (field: string) => faultAt(failure, `${props.at ?? "/adapter"}/${field}`);
  return (
    <div class="about-step">
      <Field label="Name" hint="What people see in the catalog." fault={fault("title")}>
        {(described) => (
          <input
            {...described}
            class="input"
            required
            maxLength={TITLE_MAX_CHARACTERS}
            placeholder="Ana"
            value={about.title}
            onInput={(event) => {
              const title = event.currentTarget.value;
              set(about.named ? { title } : { title, name: nameFrom(title) });
            }}
          />
        )}
      </Field>
      <Field
        label="Short name"
        hint={`Trigger <${about.name || "name"}>, reference ${props.handle}/${about.name || "name"}. It can't change later.`}
        fault={fault("name")}
      >
        {(described) => (
          <input
            {...described}
            class="input trigger"
            required
            maxLength={NAME_MAX_CHARACTERS}
            value={about.name}
            onInput={(event) => set({ name: nameFrom(event.currentTarget.value), named: true })}
          />
        )}
      </Field>
      <TextField
        label="Kind"
        hint="The ordinary word for it. Training keeps other people as they are."
        fault={fault("class_word")}
        required
        maxLength={32}
        value={about.classWord}
        onText={(text) => set({ classWord: text })}
      />
      <TextField
        label="Tags"
        hint="Divided by commas."
        fault={fault("tags")}
        placeholder="curly hair, glasses"
        value={about.tags}
        onText={(text) => set({ tags: text })}
      />
      <TextField
        label="In one line"
        class="wide"
        fault={fault("concept")}
        maxLength={TITLE_MAX_CHARACTERS}
        placeholder="A cheerful woman with red curls and round glasses"
        value={about.concept}
        onText={(text) => set({ concept: text })}
      />
      <TextArea
        label="More to say"
        class="wide"
        fault={fault("description")}
        rows={3}
        value={about.description}
        onText={(text) => set({ description: text })}
      />
      <Field label="Licence" fault={fault("licence")}>
        {(described) => (
          <select
            {...described}
            class="input"
            value={about.licence}
            onChange={(event) => set({ licence: event.currentTarget.value })}
          >
            {LICENCES.map(({ id, text }) => (
              <option key={id} value={id}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Rating" hint="The strongest content it generates." fault={fault("rating")}>
        {(described) => (
          <select
            {...described}
            class="input"
            value={about.rating}
            onChange={(event) => set({ rating: event.currentTarget.value as About["rating"] })}
          >
            {RATINGS.map(([rating, text]) => (
              <option key={rating} value={rating}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div class="field">
        <span class="label">Who may see it</span>
        <Segmented
          label="Visibility"
          value={about.visibility}
          options={VISIBILITIES}
          onChange={(visibility) => set({ visibility })}
        />
      </div>
    </div>
  );
}
