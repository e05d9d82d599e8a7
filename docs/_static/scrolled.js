// Code, tables and formulas wider than the page are scrolled: by keys too, where they can be
// reached by the Tab key. Those that fit are no stop on the way.
(() => {
  const places = document.querySelectorAll("pre, .table-wrapper, .math-wrapper");
  const mark = () => {
    for (const place of places) {
      if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
      else place.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", mark);
  addEventListener("load", mark);
  mark();
})();
