// /gallery/: every control in every state, to see what a change of the styles affects.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Failure } from "../../failure.ts";
import { Field, SelectField, TextArea, TextField } from "../../ui/field.tsx";
import { ICON_NAMES, Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Empty, FailureNotice, Notice } from "../../ui/notice.tsx";
import { Picture } from "../../ui/picture.tsx";
import { Range } from "../../ui/range.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Progresses } from "./progresses.tsx";
import { SharedPictures } from "./shared-pictures.tsx";
import { Trays } from "./trays.tsx";
import { Viewers } from "./viewers.tsx";

const UNREACHABLE: Failure = { kind: "unreachable" };

export function GalleryPage() {
  return (
    <>
      <header class="page-head">
        <h1>Parts</h1>
        <p class="lede">Every control of this site in every state.</p>
      </header>
      <div class="gallery">
        <Buttons />
        <Fields />
        <Choices />
        <Notices />
        <Part title="Progress">
          <div class="gallery-grid">
            <Progresses />
          </div>
        </Part>
        <Part title="Pictures">
          <div class="gallery-grid">
            <Picture src={null} alt="None yet" />
            <Picture src="/favicon.svg" alt="The logo" />
            <Picture src="/not-there.png" alt="One that is missing" />
            <span class="picture" style={{ aspectRatio: "1" }} />
          </div>
        </Part>
        <Part title="Viewer">
          <Viewers />
        </Part>
        <Part title="Shared pictures">
          <SharedPictures />
        </Part>
        <Part title="Tray">
          <Trays />
        </Part>
        <Part title="Icons">
          <ul class="gallery-row gallery-icons">
            {ICON_NAMES.map((name) => (
              <li key={name}>
                <Icon name={name} />
                {name}
              </li>
            ))}
          </ul>
        </Part>
      </div>
    </>
  );
}

const Part = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <section class="panel">
    <h2>{title}</h2>
    {children}
  </section>
);

function Buttons() {
  const kinds = ["", "primary", "danger", "plain", "small", "big", "primary big"];
  return (
    <Part title="Buttons, chips, tags">
      {[false, true].map((disabled) => (
        <div class="gallery-row" key={String(disabled)}>
          {kinds.map((kind) => (
            <button type="button" class={`button ${kind}`} key={kind} disabled={disabled}>
              <Icon name="spark" />
              {kind || "plain button"}
            </button>
          ))}
        </div>
      ))}
      <div class="gallery-row">
        <button type="button" class="chip">
          Chip
        </button>
        <button type="button" class="chip" aria-pressed="true">
          Pressed
        </button>
        {["", "good", "warn", "bad", "busy"].map((kind) => (
          <span class={`tag ${kind}`} key={kind}>
            {kind || "tag"}
          </span>
        ))}
        <Menu label="A menu" text="Menu" class="button small">
          {() => <p>Its panel</p>}
        </Menu>
      </div>
    </Part>
  );
}

function Fields() {
  const [text, setText] = useState("");
  const [value, setValue] = useState(0.5);
  return (
    <Part title="Fields">
      <div class="gallery-grid">
        <TextField label="Text" hint="With a hint." value={text} onText={setText} />
        <TextField label="Wrong" fault="It must be a number." value="abc" onText={setText} />
        <TextArea label="Several lines" value={text} onText={setText} />
        <SelectField label="One of a few" value="a" options={[["a", "First"] as const]} onChoose={() => {}} />
        <Field label={`Slider: ${value}`}>
          {(described) => (
            <Range {...described} min={0} max={1} step={0.1} value={value} onValue={setValue} />
          )}
        </Field>
      </div>
    </Part>
  );
}

function Choices() {
  const [way, setWay] = useState<"one" | "two">("one");
  const [checked, setChecked] = useState(true);
  return (
    <Part title="Choices">
      <div class="gallery-row">
        <Segmented
          label="Way"
          value={way}
          options={[
            ["one", "First way"],
            ["two", "Second way"],
          ]}
          onChange={setWay}
        />
        <label class="check">
          <input type="checkbox" checked={checked} onChange={() => setChecked(!checked)} />
          <span>Checked or not</span>
        </label>
      </div>
    </Part>
  );
}

function Notices() {
  return (
    <Part title="Notices and empty states">
      <div class="gallery-grid">
        {(["info", "good", "warn", "bad"] as const).map((variant) => (
          <Notice variant={variant} title={`The ${variant} notice`} key={variant}>
            <p>What happened, and what to do.</p>
          </Notice>
        ))}
        <FailureNotice failure={UNREACHABLE} again={() => {}} />
      </div>
      <Empty title="Nothing here yet">
        <p>What would be here, and how it comes.</p>
        <div class="actions">
          <button type="button" class="button primary">
            The next step
          </button>
        </div>
      </Empty>
      <p class="skeleton">A text that is loading</p>
    </Part>
  );
}
