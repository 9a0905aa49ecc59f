// The rounds as they come: a line for each, what rules object to, and the boxes of the latest scene over the picture.

import { claimsOf, inWords } from "./claims.js";
import { drawn, make, many } from "./elements.js";

const DOING = {
  describe: "The model describes the picture",
  identify: "The model says what it has seen before",
  verify: "A look at what the model is not sure of",
  correct: "The model looks again",
  revise: "The model describes it anew",
  critique: "The model criticizes itself",
  decide: "The model decides",
  vote: "The vote",
  ask: "The model answers",
};

export class RoundsList {
  constructor(list, preview) {
    this.list = list;
    this.preview = preview;
  }

  // Begin with a picture: the address of its bytes in this page.
  begin(address, name) {
    this.list.replaceChildren();
    this.boxes = drawn("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" });
    const picture = make("img", { src: address, alt: `The picture ${name}` });
    const unseen = make("p", { class: "fine", text: "This browser cannot show such a picture; the result will.", hidden: true });
    picture.addEventListener("error", () => { picture.hidden = true; unseen.hidden = false; });
    this.preview.replaceChildren(make("div", { class: "framed" }, picture, this.boxes), unseen);
    this.row = null;
  }

  started(told) {
    const asked = told.claims?.length ? `: ${many(told.claims.length, "claim")} to look at again` : "";
    this.row = make("li", { class: "at-work" }, make("strong", { text: `${DOING[told.kind] ?? told.kind}${asked} …` }));
    this.list.append(this.row);
  }

  rejected(told) {
    this.row?.append(make("p", { class: "fine", text: `A reply could not be read: ${told.problems.join("; ")}` }));
  }

  finished(round) {
    const claims = [...claimsOf(round.scene)];
    const findings = round.verdict.findings ?? [];
    const row = make("li", {}, make("strong", { text: `${DOING[round.kind] ?? round.kind}: ${many(claims.length, "claim")}` }));
    row.append(...(this.row?.querySelectorAll("p") ?? []));
    for (const gone of round.withdrawn ?? []) row.append(make("p", { class: "gone", text: `Withdrawn: ${said(gone.was)}` }));
    for (const one of findings) row.append(make("p", { class: one.severity, text: `${one.severity}: ${one.message}` }));
    if (!findings.length) row.append(make("p", { class: "fine", text: "No rule objects." }));
    if (this.row) this.row.replaceWith(row);
    else this.list.append(row);
    this.row = null;
    this.draw(round.scene, new Set(findings.flatMap((one) => one.claims)));
  }

  // Take note that nothing more comes: what was at work is not done.
  end() {
    this.row?.remove();
    this.row = null;
  }

  draw(scene, disputed) {
    const rectangles = scene.entities.filter((thing) => thing.box).map((thing) => {
      const [x, y, right, bottom] = thing.box;
      const box = drawn("rect", { x, y, width: right - x, height: bottom - y, class: disputed.has(thing.id) ? "disputed" : "" });
      return box;
    });
    this.boxes.replaceChildren(...rectangles);
  }
}

function said(claim) {
  if ("predicate" in claim) return inWords("relations", claim);
  if ("part" in claim) return inWords("part_states", claim);
  return inWords("value" in claim ? "counts" : "entities", claim);
}
