// The description of an adapter, a mix or a collection, as every form edits it. Its limit is the contract's.

import { DESCRIPTION_MAX_CHARACTERS } from "../../schema/contract/limits.ts";
import { type Failure, faultAt } from "../failure.ts";
import { TextArea } from "./field.tsx";

export function DescriptionField(props: {
  failure: Failure | null;
  rows: number;
  value: string;
  onText: (text: string) => void;
}) {
  const { failure, ...input } = props;
  return (
    <TextArea
      label="Description"
      fault={faultAt(failure, "/description")}
      maxLength={DESCRIPTION_MAX_CHARACTERS}
      {...input}
    />
  );
}
