// What a person would see of a page in a frame: written as JSON into #seen.
"use strict";
const SHAPES = ["rect", "circle", "line", "text"];

function luminance(colour) {
  const parts = colour.match(/[\d.]+/g).slice(0, 3).map((one) => {
    const share = one / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function look(view) {
  const doc = view.document;
  const style = (one) => view.getComputedStyle(one);
  const all = (selector, from = doc) => [...from.querySelectorAll(selector)];
  const box = (one) => one.getBoundingClientRect();
  const name = (one) => one.textContent.trim().slice(0, 40);
  doc.querySelectorAll("details").forEach((one) => { one.open = true; });

  const paperOf = (one) => {
    while (one && /^rgba\(.*, 0\)$/.test(style(one).backgroundColor)) one = one.parentElement;
    return one ? style(one).backgroundColor : "rgb(255, 255, 255)";
  };
  const drawn = (svg, shape) => all(shape, svg).filter((one) => {
    const { width, height } = box(one);
    return width > 0 || height > 0;
  });
  const told = all("body *").filter((one) =>
    [...one.childNodes].some((part) => part.nodeType === 3 && part.data.trim()) &&
    !["STYLE", "SCRIPT", "TITLE", "title"].includes(one.tagName));

  return {
    innerWidth: view.innerWidth,
    scrollWidth: doc.documentElement.scrollWidth,
    paper: style(doc.body).backgroundColor,
    beyond: told.filter((one) => !one.closest(".scroll, pre, svg") &&
      box(one).right > view.innerWidth + 0.5).map((one) => `${one.tagName}: ${name(one)}`),
    outside: all("svg").flatMap((svg) => SHAPES.flatMap((shape) => drawn(svg, shape)
      .filter((one) => box(one).left < box(svg).left - 12 || box(one).right > box(svg).right + 12)
      .map(() => `${shape} in ${svg.closest("section").id}`))),
    faint: told.filter((one) => {
      const ink = one.closest("svg") ? style(one).fill : style(one).color;
      return contrast(ink, paperOf(one)) < 4.5;
    }).map(name),
    overlapping: all("svg").flatMap((svg) => {
      const texts = drawn(svg, "text");
      return texts.slice(1).flatMap((one, at) => {
        const [left, right] = [box(texts[at]), box(one)];
        const apart = left.right <= right.left || left.bottom <= right.top || right.bottom <= left.top;
        return apart ? [] : [`${name(texts[at])}, ${name(one)}`];
      });
    }),
    parts: all("section").map((one) => ({
      id: one.id,
      height: box(one).height,
      shapes: Object.fromEntries(SHAPES.map((shape) => [shape, drawn(one, shape).length])),
    })),
    answers: all("header dt").map((one) => ({ text: name(one), bottom: box(one).bottom })),
  };
}

addEventListener("load", () => {
  document.getElementById("seen").textContent =
    JSON.stringify(look(document.querySelector("iframe").contentWindow));
});
