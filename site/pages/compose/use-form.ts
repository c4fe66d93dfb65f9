// The form's state on the page: starts from the address, is written back into it, and loads adapters.

import { useCallback, useEffect, useState } from "preact/hooks";
import { type Change, changed, type Form } from "./form.ts";
import { formOf, hashOf } from "./link.ts";
import { type KnownState, useKnown } from "./use-known.ts";

const ADDRESS_PAUSE_MS = 250;

export interface FormState {
  form: Form;
  known: KnownState;
  change: (change: Change) => void;
}

export function useForm(): FormState {
  const [form, setForm] = useState<Form>(() => formOf(location.hash));
  const known = useKnown(form.members);
  const { base, adapters } = known;

  const change = useCallback(
    (wanted: Change) => setForm((before) => changed(before, wanted, { base, adapters })),
    [base, adapters],
  );

  // A proposed prompt depends on triggers and words, which load after the form.
  useEffect(() => change({ type: "known" }), [change]);

  useEffect(() => {
    // Browsers limit how often an address may change; a slider would exceed that.
    const timer = setTimeout(() => {
      const hash = hashOf(form);
      history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    }, ADDRESS_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [form]);

  useEffect(() => {
    const follow = () => setForm(formOf(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);

  return { form, known, change };
}
