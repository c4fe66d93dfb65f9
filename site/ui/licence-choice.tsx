// Chooses a licence by what it allows, in plain words: one row for each, with its name beside it.

import { useId } from "preact/hooks";

export interface LicenceOption {
  id: string;
  /** "CC BY 4.0" */
  name: string;
  /** What others may do. */
  text: string;
}

export function LicenceChoice(props: {
  options: readonly LicenceOption[];
  value: string;
  fault: string | null;
  onChoose: (id: string) => void;
}) {
  const { options, value, fault } = props;
  const name = useId();
  return (
    <fieldset class="field wide licence-choice" aria-describedby={fault ? `${name}-fault` : undefined}>
      <legend class="label">What may others do with it?</legend>
      {options.map((option) => (
        <label key={option.id}>
          <input
            type="radio"
            name={name}
            value={option.id}
            checked={option.id === value}
            onChange={() => props.onChoose(option.id)}
          />
          <span>{option.text}</span>
          <span class="quiet">{option.name}</span>
        </label>
      ))}
      {fault && (
        <p class="fault" id={`${name}-fault`} role="alert">
          {fault}
        </p>
      )}
    </fieldset>
  );
}
