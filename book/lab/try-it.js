// The figures inside the chapters that can be tried. Each has a recorded picture, which is all that
// there is in print and without this script. When one comes near the window its module is loaded,
// and puts its program in the place of the picture; if that fails, the picture stays.

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    import(`./${target.id}.js`).then(({ start }) => start(target)).catch((error) => console.warn(error));
  }
}, { rootMargin: "800px" });

for (const figure of document.querySelectorAll(".try-it")) near.observe(figure);
