// The last row of a dialog's form: save, or leave it.

export function SaveActions({ busy, onCancel }: { busy: boolean; onCancel: () => void }) {
  return (
    <div class="actions">
      <button type="submit" class="button primary" disabled={busy}>
        {busy ? "Saving" : "Save"}
      </button>
      <button type="button" class="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}
