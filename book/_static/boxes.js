// The theme's script asks each box of code for its widths as soon as the page is loaded, to see
// whether it has to be scrolled. For a box that is far from the window the browser has not laid
// out anything yet (content-visibility in book.css), and each answer would make it do so. Such a
// box is said to be wide, so that the keyboard reaches it; when it comes near, the theme is
// told to ask again, as after a change of the window.
for (const [name, wide] of [["scrollWidth", Infinity], ["clientWidth", 0]]) {
  const { get } = Object.getOwnPropertyDescriptor(Element.prototype, name);
  Object.defineProperty(HTMLElement.prototype, name, {
    configurable: true,
    get() {
      return this.checkVisibility?.({ contentVisibilityAuto: true }) === false ? wide : get.call(this);
    },
  });
}
document.addEventListener("contentvisibilityautostatechange", (event) => {
  if (!event.skipped) window.dispatchEvent(new Event("resize"));
}, true);
document.addEventListener("toggle", () => window.dispatchEvent(new Event("resize")), true);
