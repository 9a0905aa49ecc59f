/* The pieces that a page draws: elements of HTML and SVG with texts as text, and boxes, arrows, names and skeletons as
   `overlay.py` has laid them out. `known(claim, node)` is told of each piece that stands for a claim. */
"use strict";
const nesyDrawing = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  /** Make an element: its attributes, and its children, of which a string is text. */
  function element(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    return filled(node, attributes, children);
  }
  function drawn(tag, attributes = {}, ...children) {
    return filled(document.createElementNS(SVG, tag), attributes, children);
  }
  function filled(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) node.setAttribute(name, "");
      else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return node;
  }
  const words = (text, tag = "span", kind = "words") => element(tag, { class: kind }, text);
  const percent = (share) => (share === null ? "" : `${Math.round(100 * share)}%`);
  const number = (n, one, several) => `${n} ${n === 1 ? one : several || `${one}s`}`;
  function tip(mark, kind) {
    return drawn("marker", { id: mark, viewBox: "0 0 16 14", refX: "15", refY: "7", markerWidth: "16", markerHeight: "14", markerUnits: "userSpaceOnUse", orient: "auto" },
      drawn("path", { d: "M0 0L16 7L0 14Z", class: kind }));
  }

  function boxOf(box, known) {
    const [left, top, right, bottom] = box.rect;
    const at = { x: left, y: top, width: Math.max(1, right - left), height: Math.max(1, bottom - top), rx: 2 };
    const group = drawn("g", { class: `box${box.gone ? " gone" : ""}`, "data-claim": box.of }, drawn("rect", { ...at, class: "halo" }), drawn("rect", { ...at, class: "edge", stroke: box.colour }));
    known(box.of, group);
    return group;
  }

  function arrowOf(arrow, mark, known) {
    const [x, y] = arrow.path.slice(1).split("Q")[0].split(" ");
    const group = drawn("g", { class: `arrow${arrow.gone ? " gone" : ""}`, "data-claim": arrow.of[0] }, drawn("path", { d: arrow.path, class: "halo" }),
      drawn("path", { d: arrow.path, class: "line", "marker-end": `url(#${mark}${arrow.gone ? "-gone" : ""})` }), drawn("circle", { cx: x, cy: y, r: 5 }));
    for (const claim of arrow.of) known(claim, group);
    return group;
  }

  function nameOf(name, arrows, lost, known) {
    const [left, top, right, bottom] = name.spot;
    const gone = name.of.every((claim) => lost.has(claim));
    const group = drawn("g", { class: `name${name.arrow ? " arrows" : ""}${gone ? " gone" : ""}`, "data-claim": name.of[0] });
    if (name.line) group.append(drawn("line", { x1: name.line[0], y1: name.line[1], x2: name.line[2], y2: name.line[3], stroke: name.ground }));
    group.append(drawn("rect", { x: left, y: top, width: right - left, height: bottom - top, rx: name.arrow ? 12 : 5, fill: name.ground }));
    const text = drawn("text", { x: left + 7, y: (top + bottom) / 2, "dominant-baseline": "central", "font-size": name.arrow ? 15 : 16, fill: name.ink, "data-room": right - left - 12 });
    const parts = name.arrow ? arrows.find((one) => one.of.join("\n") === name.of.join("\n")).words : [[name.of[0], name.text]];
    const short = parts.map(([, told]) => told).join(", ").length > name.text.length + 1;
    if (short) text.append(drawn("tspan", { class: gone ? "gone" : null }, name.text));
    else parts.forEach(([claim, told], n) => text.append(n ? ", " : "", drawn("tspan", { class: lost.has(claim) ? "gone" : null }, told)));
    group.append(text, drawn("title", {}, parts.map(([claim, told]) => (name.arrow ? `${claim}: ${told}` : claim)).join(", ")));
    for (const claim of name.of) known(claim, group);
    return group;
  }

  /** Squeeze names that another font makes wider than their room. */
  function fit(svg) {
    for (const text of svg.querySelectorAll("[data-room]")) {
      const room = Number(text.dataset.room);
      if (text.getComputedTextLength() > room) {
        text.setAttribute("textLength", String(room));
        text.setAttribute("lengthAdjust", "spacingAndGlyphs");
      }
    }
  }

  function skeletons(people, [width, height]) {
    return people.map(({ bones }) => {
      const lines = bones.lines.map(([a, b, c, d]) => ({ x1: a * width, y1: b * height, x2: c * width, y2: d * height }));
      return drawn("g", { class: "people" }, ...lines.map((at) => drawn("line", { ...at, class: "limb-halo" })), ...lines.map((at) => drawn("line", { ...at, class: "limb" })),
        ...bones.joints.map(([x, y]) => drawn("circle", { cx: x * width, cy: y * height, r: 3.5, class: "joint" })));
    });
  }

  function seenBoxes(sightings, [width, height]) {
    return sightings.map((one) => {
      const [left, top, right, bottom] = one.box;
      const at = { x: left * width, y: top * height, width: (right - left) * width, height: (bottom - top) * height };
      return drawn("g", { class: "seen" }, drawn("rect", { ...at, class: "halo" }), drawn("rect", at), drawn("text", { x: at.x + 4, y: at.y + 15 }, `${one.what} ${one.score.toFixed(2)}`));
    });
  }

  return { element, drawn, words, percent, number, tip, boxOf, arrowOf, nameOf, fit, skeletons, seenBoxes };
})();
