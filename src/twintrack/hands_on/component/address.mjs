/** Where a page of its own keeps its link. */

/** Links in the fragment of the page's address; a page in a frame may refuse to change it. */
export function fragment(first) {
  return {
    read: () => location.hash.slice(1) || first,
    write: (text) => {
      try {
        history.replaceState(null, "", `#${text}`);
      } catch {
        // a frame made of text has no address of its own
      }
    },
    watch: (changed) => addEventListener("hashchange", changed),
    named: (title, language) => {
      document.title = title;
      document.documentElement.lang = language;
    },
  };
}
