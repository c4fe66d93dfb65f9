// Second step: name, kind, licence, and visibility.

import { NAME_MAX_CHARACTERS, TITLE_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import { type Failure, faultAt } from "../../failure.ts";
import { RATINGS, VISIBILITIES } from "../../ui/choices.ts";
import { Field, SelectField, TextArea, TextField } from "../../ui/field.tsx";
import { LicenceChoice } from "../../ui/licence-choice.tsx";
import { nameFrom } from "../../ui/name-from.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { type About, LICENCES } from "./about.ts";

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
      <LicenceChoice
        fault={fault("licence")}
        value={about.licence}
        options={LICENCES}
        onChoose={(licence) => set({ licence })}
      />
      <SelectField
        label="Rating"
        hint="The strongest content it generates."
        fault={fault("rating")}
        value={about.rating}
        options={RATINGS}
        onChoose={(rating) => set({ rating })}
      />
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
