// What a person says of the claims: two buttons for each, accept and reject; one that is pressed again judges no more.

import { goldScene, needs, statements } from "./claims.js";
import { make, many } from "./elements.js";

export class Judging {
  // `changed` is called after each judgement, `pointed` with the id of the claim whose buttons are pointed at, or null.
  constructor(analysis, changed, pointed) {
    this.analysis = analysis;
    this.changed = changed;
    this.pointed = pointed;
    this.judged = new Map(); // key of a statement -> "accept" or "reject"
    this.all = statements(analysis);
    this.shown = new Map(); // key of a statement -> its buttons, as they stand on the page now
  }

  get scene() {
    return goldScene(this.analysis, this.judged);
  }

  // Make the buttons of a claim, and of the attributes of a thing.
  controls(id) {
    const rows = this.all.filter((one) => one.claim.id === id).map((one) => this.row(one));
    const place = make("div", { class: "judged" }, ...rows);
    place.addEventListener("pointerenter", () => this.pointed(id));
    place.addEventListener("pointerleave", () => this.pointed(null));
    place.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && this.pointed(id));
    place.addEventListener("focusout", () => this.pointed(null));
    return place;
  }

  row(one) {
    const press = (answer, label) => make("button", {
      type: "button", class: `plain ${answer}`, "aria-label": `${label}: ${one.words}`, text: label,
      on: { click: () => this.judge(one.key, answer) },
    });
    const words = make("span", { class: "small words", text: one.list === "attributes" ? one.claim.attributes[one.place] : "" });
    const note = make("span", { class: "small quiet words" });
    const row = make("span", { class: "judge" }, words, note, press("accept", "Accept"), press("reject", "Reject"));
    this.shown.set(one.key, { row, note });
    this.tell(one, this.things());
    return row;
  }

  judge(key, answer) {
    if (this.judged.get(key) === answer) this.judged.delete(key);
    else this.judged.set(key, answer);
    this.show();
  }

  // Judge all that is not judged yet: accept what stands, or reject everything.
  rest(answer) {
    for (const one of this.all) if (!this.judged.has(one.key) && (one.stands || answer === "reject")) this.judged.set(one.key, answer);
    this.show();
  }

  anew() {
    this.judged.clear();
    this.show();
  }

  get tally() {
    const said = [...this.judged.values()];
    const accepted = said.filter((one) => one === "accept").length;
    const scene = this.scene;
    const holds = ["entities", "part_states", "relations", "counts"].reduce((sum, list) => sum + scene[list].length, 0);
    return `${accepted} accepted, ${said.length - accepted} rejected, ${this.all.length - said.length} not judged. The gold scene holds ${many(holds, "claim")}.`;
  }

  show() {
    const things = this.things();
    for (const one of this.all) this.tell(one, things);
    this.changed();
  }

  things() {
    return new Set(this.scene.entities.map((thing) => thing.id));
  }

  // Tell by its buttons how a statement is judged, and whether it can stand at all.
  tell(one, things) {
    const shown = this.shown.get(one.key);
    if (!shown) return;
    const answer = this.judged.get(one.key);
    for (const button of shown.row.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.classList.contains(answer)));
    const missing = (answer ? answer === "accept" : one.stands) ? needs(one).filter((id) => !things.has(id)) : [];
    shown.note.textContent = missing.length ? `goes with ${missing.join(" and ")}` : "";
  }
}
