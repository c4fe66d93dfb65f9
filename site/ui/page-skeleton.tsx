// The skeleton of a detail page while it loads, as wide as the page will be.

/** `picture` is the class of the picture beside the summary. */
export function PageSkeleton({ title, picture }: { title: string; picture: string }) {
  return (
    <>
      <span class={`picture preview-large ${picture}`} />
      <div class="summary">
        <h1>
          <span class="skeleton">{title}</span>
        </h1>
        <p>
          <span class="skeleton">by somebody, published on a day</span>
        </p>
        <div class="skeleton summary-skeleton">Loading</div>
      </div>
    </>
  );
}
