/* What a page shows of one analysis. Nothing is worked out here: `record_view.py` has done that. All texts go in as
   text, so none of them is ever read as HTML; nothing is fetched. `nesyView.show(place, view, options)` draws one. */
"use strict";
const nesyView = (() => {
  const { element, drawn, words, percent, number, tip, boxOf, arrowOf, nameOf, fit, skeletons, seenBoxes } = nesyDrawing;
  const NARROW = 0.62; // an overlay is drawn no smaller than this share of its own pixels, if there is a narrower one
  let made = 0;
  const STATUS = { consistent: ["good", "consistent"], inconsistent: ["bad", "inconsistent"], unknown: ["warning", "nothing known"] };
  const OUTCOME = { withdrawn: ["lost", "bad"], "left out": ["lost", "bad"], changed: ["changed", "warning"], stands: ["stands", "good"] };

  function badge(status) {
    const [kind, told] = STATUS[status];
    return element("span", { class: `badge ${kind}` }, told);
  }

  /** Draw an analysis into a place of the page; options: `picture` (an address of its pixels), `missing` (why there is
      none), `paper` (for printing: all is told, nothing can be pointed at), `extra(claim)` (more to stand in a claim's
      row, as a node). Returns what a page may do with it. */
  function show(place, view, options = {}) {
    const id = `record-${++made}`;
    const state = { stage: view.stages.length - 1, pinned: null, active: null };
    const byId = new Map(view.claims.map((claim) => [claim.id, claim]));
    const touch = new Map(); // id of a claim -> what is drawn of it
    const root = element("article", { class: "record", "aria-labelledby": `${id}-name` });
    const canvas = element("div", { class: "canvas" });
    const parts = {
      life: element("div", { class: "life idle" }),
      lived: element("div", { role: "status", "aria-live": "polite" }),
      claims: element("ul", { class: "claims" }),
      round: element("div", { class: "round" }),
      stage: element("p", { class: "title words", id: `${id}-stage` }),
      graph: element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Graph of the claims" }),
    };
    const slider = view.stages.length > 1 ? rounds() : null;

    if (options.paper) canvas.classList.add("without-seen");
    root.append(heading(), columns(), below());
    place.replaceChildren(root);
    sized();
    stage(state.stage);
    if (!options.paper) listen();

    function heading() {
      const changed = view.cases.filter((one) => one.outcome === "changed").length;
      const lost = view.cases.filter((one) => one.outcome === "withdrawn" || one.outcome === "left out").length;
      const objected = view.cases.filter((one) => one.objections.length).reduce((n, one) => n + one.claims.length, 0);
      const told = [number(view.claims.length, "claim"), `${objected} objected to`, `${lost} withdrawn`, `${changed} changed`];
      return element("header", {},
        element("h2", { id: `${id}-name`, tabindex: "-1", class: "words" }, view.name), badge(view.status),
        element("p", { class: "sums" }, told.join(" · ")),
        view.why_unknown ? element("p", { class: "warning words" }, view.why_unknown) : null,
        element("p", { class: "about words" }, `by ${view.model} · stopped: ${view.stop_reason} · ${view.usage}`));
    }

    function columns() {
      const looking = element("div", { class: "column looking" },
        element("figure", { class: "card" }, canvas, options.paper ? null : draw(), view.undrawn ? element("p", { class: "small warning" }, view.undrawn) : null, slider ? slider.node : element("p", { class: "rounds small quiet" }, parts.stage)),
        options.paper ? graphCard() : parts.life);
      return element("div", { class: "columns" }, looking, element("div", { class: "column" },
        cases(), element("section", { class: "card long", "aria-labelledby": `${id}-claims` }, element("h3", { id: `${id}-claims` }, "All claims"),
          options.paper ? null : element("p", { class: "small quiet hint" }, "Point at a claim, or go to it by keyboard, to see where it is and what became of it. Click or press Enter to hold it; Esc lets go."),
          parts.claims),
        options.paper ? lives() : element("section", { class: "card long", "aria-labelledby": `${id}-stage` }, parts.round)));
    }

    function below() {
      if (options.paper) return view.witness ? witness() : "";
      return element("div", { class: "columns" }, graphCard(), view.witness ? witness() : element("div", {}));
    }

    function graphCard() {
      return element("section", { class: "card graph", "aria-labelledby": `${id}-graph` }, element("h3", { id: `${id}-graph` }, "The graph"), parts.graph);
    }

    function cases() {
      const list = view.cases.map((one) => {
        const [kind, tone] = OUTCOME[one.outcome];
        const still = one.outcome === "stands" || one.outcome === "changed";
        const claims = one.claims.map(([claim, said]) => element("button", { type: "button", class: "claim strong words", "data-claim": claim, "aria-pressed": "false" },
          one.outcome === "stands" ? said : element("s", {}, said), one.now ? ` → ${one.now}` : ""));
        const rows = one.objections.flatMap((by) => [element("dt", {}, by.how === "doubt" ? "doubted" : "objected"),
          element("dd", {}, element("b", { class: by.how === "violation" ? "bad" : "warning" }, by.who), ` ${by.how === "doubt" ? "" : `(${by.how}) `}— `, words(by.why))]);
        const came = one.outcome === "stands" ? (one.still.length ? `it stays; still objecting: ${one.still.join(", ")}` : one.how) : `${one.how}${one.why ? `: ${one.why}` : ""}`;
        rows.push(element("dt", {}, one.outcome === "stands" ? "in the end" : one.outcome), element("dd", { class: "words" }, came));
        if (still && one.outcome === "changed" && one.still.length) rows.push(element("dt", {}, "still"), element("dd", { class: "words" }, one.still.join(", ")));
        const label = one.outcome === "stands" && one.still.length ? "stays, objected to" : one.outcome;
        return element("li", { class: one.outcome === "stands" && one.still.length ? "changed" : kind },
          element("div", { class: "said" }, ...claims, element("span", { class: `badge ${one.outcome === "stands" && one.still.length ? "warning" : tone}` }, label)), element("dl", {}, ...rows));
      });
      const first = element("ol", { class: "cases" }, ...(options.paper ? list : list.slice(0, 6)));
      const rest = options.paper ? [] : list.slice(6);
      return element("section", { "aria-labelledby": `${id}-cases` }, element("h3", { id: `${id}-cases` }, "Who objected, and what came of it"),
        list.length ? first : element("p", { class: "good" }, view.claims.length ? "Nobody objected to any claim, and every claim stayed as it was said." : "Nothing is claimed."),
        rest.length ? element("details", {}, element("summary", {}, `${rest.length} more`), element("ol", { class: "cases" }, ...rest)) : null);
    }

    function lives() {
      const told = view.claims.filter((claim) => claim.changed);
      return told.length ? element("section", { class: "card long" }, element("h3", {}, "Lives of the claims that did not stay"), ...told.flatMap((claim) => [
        element("h4", { class: "words" }, claim.id), element("ul", {}, ...claim.life.map((line) => words(line, "li")))])) : null;
    }

    function draw() {
      const gone = view.stages.some((one) => one.gone.length);
      const people = view.witness && view.witness.people.some((one) => one.bones.joints.length);
      const choices = [["things", "things", true], ["relations", "relations", true], ["names", "names", true]];
      if (gone) choices.push(["gone", "what is gone", true]);
      if (people) choices.push(["people", "skeletons", true]);
      if (view.witness && view.witness.things.length + view.witness.texts.length) choices.push(["seen", "what the witness saw", false]);
      const labels = choices.map(([name, told, on]) => {
        const box = element("input", { type: "checkbox", "data-part": name });
        box.checked = on;
        canvas.classList.toggle(`without-${name}`, !on);
        box.addEventListener("change", () => canvas.classList.toggle(`without-${name}`, !box.checked));
        return element("label", {}, box, told);
      });
      return element("fieldset", { class: "draw" }, element("legend", {}, "Draw"), ...labels);
    }

    function rounds() {
      const last = view.stages.length - 1;
      const input = element("input", { type: "range", min: "0", max: String(last), step: "1", value: String(last), "aria-label": "Round" });
      input.value = String(last);
      const back = element("button", { type: "button", "aria-label": "Earlier round" }, "‹");
      const on = element("button", { type: "button", "aria-label": "Later round" }, "›");
      const ticks = element("div", { class: "ticks", "aria-hidden": "true" }, ...view.stages.map((one) => element("span", { class: one.findings.some((found) => found.severity === "violation") ? "objected" : "" }, one.short)));
      input.addEventListener("input", () => stage(Number(input.value)));
      back.addEventListener("click", () => stage(state.stage - 1));
      on.addEventListener("click", () => stage(state.stage + 1));
      return { input, back, on, ticks, node: element("div", { class: "rounds" }, element("div", { class: "row" }, back, input, on), ticks, parts.stage) };
    }

    function witness() {
      const seen = view.witness;
      const rows = [...seen.things.map((one) => [one.what, one.score, "thing"]), ...seen.people.map((one) => ["person", one.score, number(one.bones.joints.length, "joint")]), ...seen.texts.map((one) => [`“${one.what}”`, one.score, "text"])];
      const glimpses = seen.glimpses.map((one) => [one.what, one.score, "glimpse"]);
      return element("section", { class: "card long", "aria-labelledby": `${id}-seen` }, element("h3", { id: `${id}-seen` }, "What the witness saw"),
        element("p", { class: "small quiet words" }, `${seen.who.join(", ")} looked, and was not told what is claimed`), rows.length ? sightings(rows) : element("p", {}, "Nothing."),
        glimpses.length ? element("details", {}, element("summary", {}, `${number(glimpses.length, "glimpse")}: too unsure to show anything`), sightings(glimpses)) : null);
    }

    function sightings(rows) {
      const head = element("tr", {}, element("th", { scope: "col" }, "what"), element("th", { scope: "col" }, "as"), element("th", { scope: "col", class: "number" }, "score"));
      return element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows.map(([what, score, as]) => element("tr", {}, element("td", { class: "words" }, what), element("td", {}, as), element("td", { class: "number" }, score.toFixed(2))))));
    }

    /** Show a stage: its scene over the picture, its claims, what was asked and answered, and its graph. */
    function stage(wanted) {
      state.stage = Math.max(0, Math.min(view.stages.length - 1, wanted));
      const now = view.stages[state.stage];
      parts.stage.textContent = now.title;
      if (slider) {
        slider.input.value = String(state.stage);
        slider.input.setAttribute("aria-valuetext", now.title);
        slider.back.disabled = state.stage === 0;
        slider.on.disabled = state.stage === view.stages.length - 1;
        [...slider.ticks.children].forEach((tick, n) => tick.classList.toggle("now", n === state.stage));
      }
      touch.clear();
      overlay();
      claims(now);
      if (!options.paper) round(now);
      graph(now);
      for (const button of root.querySelectorAll(".cases [data-claim]")) known(button.dataset.claim, button);
      activate(state.pinned);
    }

    function known(claim, node) {
      if (!touch.has(claim)) touch.set(claim, []);
      touch.get(claim).push(node);
    }

    function sized() {
      const [width, height] = view.size;
      // as wide as there is room, and no higher than a window shows
      canvas.style.setProperty("max-width", `min(100%, calc(${options.paper ? "36rem" : "var(--tall)"} * ${width / height}))`);
    }

    function overlay() {
      const both = view.overlays[view.stages[state.stage].overlay];
      const longer = canvas.clientWidth * Math.max(1, view.size[1] / view.size[0]) || 760;
      const data = both.find((one) => longer >= NARROW * Math.max(...one.size)) || both[both.length - 1];
      state.drawn = data;
      const lost = new Set(view.stages[state.stage].gone);
      const told = `${view.name}: ${number(data.boxes.length, "box", "boxes")} and ${number(data.arrows.length, "arrow")} are drawn over it; the claims are listed in words.`;
      const svg = drawn("svg", { viewBox: `0 0 ${data.size[0]} ${data.size[1]}`, role: "img", "aria-label": told });
      const mark = `${id}-tip`;
      svg.append(drawn("defs", {}, tip(mark, "tip"), tip(`${mark}-gone`, "tip gone-tip")));
      if (view.witness) svg.append(...skeletons(view.witness.people, data.size), ...seenBoxes([...view.witness.things, ...view.witness.texts], data.size));
      for (const box of data.boxes) svg.append(boxOf(box, known));
      for (const arrow of data.arrows) svg.append(arrowOf(arrow, mark, known));
      for (const name of data.names) svg.append(nameOf(name, data.arrows, lost, known));
      const ground = options.picture ? element("img", { src: options.picture, alt: "", decoding: "async" })
        : element("p", { class: "no-picture" }, words(options.missing || "The picture is not at hand."));
      if (canvas.firstChild && options.picture) canvas.replaceChildren(canvas.querySelector("img") || ground, svg);
      else canvas.replaceChildren(ground, svg);
      fit(svg);
    }

    function claims(now) {
      const lost = new Set(now.gone);
      const objected = new Map();
      for (const found of now.findings) for (const claim of found.claims) if (objected.get(claim) !== "violation") objected.set(claim, found.severity);
      const rows = view.claims.filter((claim) => claim.says[state.stage] !== null || lost.has(claim.id)).map((claim) => {
        const said = claim.says[state.stage];
        const last = said === null ? claim.says.slice(0, state.stage).filter((one) => one !== null).pop() : said;
        const before = state.stage ? claim.says[state.stage - 1] : said;
        const thing = claim.kind === "thing";
        const button = element("button", { type: "button", class: "claim", "data-claim": claim.id, "aria-pressed": "false" });
        const named = thing ? [element("b", { class: "words" }, claim.id), last === claim.id.replace(/_\d+$/, "") ? "" : " ", last === claim.id.replace(/_\d+$/, "") ? "" : words(last, "span", "words quiet")] : [words(last)];
        button.append(said === null ? element("s", {}, ...named) : element("span", {}, ...named));
        known(claim.id, button);
        const swatch = element("span", { class: "swatch", "aria-hidden": "true" });
        if (thing) swatch.style.setProperty("background", view.colours[claim.colour]);
        else swatch.style.setProperty("visibility", "hidden");
        const state_ = said === null ? ["bad", "gone"] : before === null ? ["good", "new"] : before !== said ? ["warning", "changed"] : objected.has(claim.id) ? [objected.get(claim.id) === "violation" ? "bad" : "warning", objected.get(claim.id)] : null;
        return element("li", {}, swatch, button, state_ ? element("span", { class: `mark ${state_[0]}` }, state_[1]) : null, element("span", { class: "sure" }, said === null ? "" : percent(claim.sure[state.stage])), options.extra ? options.extra(claim, said) : null);
      });
      const focused = document.activeElement && parts.claims.contains(document.activeElement) ? document.activeElement.dataset.claim : null;
      parts.claims.replaceChildren(...rows);
      if (focused) [...parts.claims.querySelectorAll("[data-claim]")].find((one) => one.dataset.claim === focused)?.focus();
    }

    function about(claim, text, kind = "") {
      const button = element("button", { type: "button", class: `claim words ${kind}`, "data-claim": claim, "aria-pressed": "false" }, text);
      known(claim, button);
      return button;
    }

    function round(now) {
      const out = [element("h3", { class: "words" }, now.title)];
      if (now.usage) out.push(element("p", { class: "small quiet" }, now.usage));
      out.push(element("h4", {}, "Findings of the rules"));
      if (!now.findings.length) out.push(element("p", {}, "None."));
      for (const found of now.findings) out.push(element("div", { class: "finding" }, element("b", { class: found.severity === "violation" ? "bad" : found.severity === "warning" ? "warning" : "quiet" }, found.severity), ": ", element("span", { class: "strong words" }, found.name),
        element("p", { class: "words" }, found.message), element("p", { class: "small quiet words" }, ...found.claims.map((claim) => about(claim, claim, "small")), ` rule ${found.rule}`)));
      for (const told of now.more) out.push(element("p", { class: "small quiet words" }, told));
      if (now.asked.length) out.push(element("h4", {}, "What the model was asked"), element("ul", {}, ...now.asked.map((one) => element("li", { class: "words" }, about(one.claim, one.text), " → ", element("b", {}, one.answer === null ? "no answer" : one.answer), one.sure === null ? "" : ` ${percent(one.sure)}`, one.refused ? " (not taken: it mends nothing)" : ""))));
      if (now.looks.length) out.push(element("h4", {}, "What was looked at alone"), element("ul", {}, ...now.looks.map((one) => element("li", { class: "words" }, about(one.claim, one.text), `: true with a chance of ${percent(one.chance)}`, one.alone ? "" : ", by its words"))));
      if (now.dropped.length) out.push(element("h4", {}, "Withdrawn"), element("ul", {}, ...now.dropped.map((one) => element("li", { class: "words" }, element("s", {}, one.was), `: ${one.reason}`))));
      if (now.edits.length) out.push(element("h4", {}, "Edits of the repair"), element("ul", {}, ...now.edits.map((one) => element("li", { class: "words" }, element("s", {}, one.was), one.now ? ` → ${one.now}${one.invented ? " (nobody said so)" : ""}` : "", `: ${one.reason}, at a cost of ${one.cost.toFixed(2)} nats`))));
      for (const note of now.notes) out.push(element("p", { class: "warning words" }, note));
      if (now.prompt) out.push(folded("Prompt", now.prompt));
      if (now.reply) out.push(folded("Reply", now.reply));
      if (now.located) out.push(folded("Prompt that asked for boxes", now.located.prompt), folded("Reply with boxes", now.located.reply));
      for (const failure of now.failures) out.push(folded(`A reply that could not be read: ${failure.problems.join("; ")}`, failure.reply));
      const open = [...parts.round.querySelectorAll("details")].filter((one) => one.open).map((one) => one.firstChild.textContent);
      parts.round.replaceChildren(...out);
      for (const one of parts.round.querySelectorAll("details")) one.open = open.includes(one.firstChild.textContent);
    }

    function folded(name, text) {
      return element("details", {}, element("summary", {}, name), element("pre", { class: "words", tabindex: "0", "aria-label": name }, text));
    }

    function graph(now) {
      const data = view.graph;
      const lost = new Set(now.gone);
      const here = (claim) => byId.has(claim) && byId.get(claim).says[state.stage] !== null;
      const shown = (claim) => here(claim) || lost.has(claim);
      const svg = drawn("svg", { viewBox: `0 0 ${data.size[0]} ${data.size[1]}`, width: data.size[0], role: "img",
        "aria-label": `Graph: ${number(data.nodes.filter((one) => here(one.of)).length, "thing")}, each arrow a relation or what a body part does; the claims are listed in words.` });
      const mark = `${id}-graph-tip`;
      svg.append(drawn("defs", {}, tip(mark, "tip"), drawn("marker", { id: `${mark}-gone`, viewBox: "0 0 16 14", refX: "15", refY: "7", markerWidth: "16", markerHeight: "14", markerUnits: "userSpaceOnUse", orient: "auto" }, drawn("g", { class: "gone" }, drawn("path", { d: "M0 0L16 7L0 14Z", class: "tip" })))));
      for (const arrow of data.arrows) {
        if (!arrow.of.some(shown)) continue;
        svg.append(arrowOf({ ...arrow, gone: !arrow.of.some(here) }, mark, known));
      }
      for (const node of data.nodes) {
        if (!shown(node.of)) continue;
        const [left, top, right, bottom] = node.rect;
        const group = drawn("g", { class: `node${here(node.of) ? "" : " gone"}`, "data-claim": node.of }, drawn("rect", { x: left, y: top, width: right - left, height: bottom - top, rx: 17, fill: node.ground }),
          drawn("text", { x: (left + right) / 2, y: (top + bottom) / 2, "text-anchor": "middle", "dominant-baseline": "central", "font-size": 15, fill: node.ink, "data-room": right - left - 16 }, node.text));
        known(node.of, group);
        svg.append(group);
      }
      for (const name of data.names) {
        const arrow = data.arrows.find((one) => one.of.join("\n") === name.of.join("\n"));
        const told = arrow.words.filter(([claim]) => shown(claim));
        if (told.length) svg.append(nameOf({ ...name, of: told.map(([claim]) => claim), text: told.map(([, one]) => one).join(", ") }, [{ of: told.map(([claim]) => claim), words: told }], lost, known));
      }
      parts.graph.replaceChildren(data.nodes.length ? svg : element("p", {}, "No things."));
      if (data.nodes.length) fit(svg);
    }

    /** Light up a claim wherever it is drawn, and tell its life; null lights all. */
    function activate(claim) {
      state.active = claim;
      for (const node of root.querySelectorAll(".on")) node.classList.remove("on");
      for (const node of root.querySelectorAll(".tie")) node.remove();
      root.classList.toggle("some-on", claim !== null);
      for (const node of root.querySelectorAll("button[data-claim]")) node.setAttribute("aria-pressed", String(node.dataset.claim === state.pinned));
      if (options.paper) return;
      const idle = claim === null || !byId.has(claim);
      parts.life.classList.toggle("idle", idle);
      parts.life.classList.toggle("held", state.pinned !== null);
      if (idle) {
        parts.life.replaceChildren(parts.lived);
        parts.lived.replaceChildren(element("p", { class: "quiet" }, "No claim is chosen. Point at a box, an arrow or a claim: its life is told here."));
        return;
      }
      const told = byId.get(claim);
      const lit = new Set([claim, ...told.ends]);
      if (told.kind === "thing") for (const one of view.claims) if (one.ends.includes(claim) && one.kind !== "thing") { lit.add(one.id); }
      for (const one of lit) for (const node of touch.get(one) || []) if (node.tagName !== "BUTTON" || one === claim) node.classList.add("on");
      tie(told);
      parts.life.replaceChildren(...(state.pinned === claim ? [letGo(claim)] : []), parts.lived);
      parts.life.scrollTop = 0;
      parts.lived.replaceChildren(element("p", {}, element("b", { class: "words" }, claim), element("span", { class: "quiet" }, ` · ${told.kind}${state.pinned === claim ? " · held; Esc lets go" : ""}`)), element("ul", {}, ...told.life.map((line) => words(line, "li"))));
    }

    /** Make the button that does by touch what Esc does by keyboard. */
    function letGo(claim) {
      const button = element("button", { type: "button", class: "plain let-go", "aria-label": `Let go of ${claim}` }, "Let go");
      button.addEventListener("click", () => { state.pinned = null; activate(null); });
      return button;
    }

    /** Tie the ends of a claim that has no arrow of its own over the picture. */
    function tie(claim) {
      const svg = canvas.querySelector("svg");
      if (claim.ends.length < 2 || state.drawn.arrows.some((one) => one.of.includes(claim.id))) return;
      const [a, b] = claim.ends.map((end) => state.drawn.boxes.find((box) => box.of === end));
      if (!a || !b) return;
      const centre = ({ rect: [left, top, right, bottom] }) => [(left + right) / 2, (top + bottom) / 2];
      const [[x1, y1], [x2, y2]] = [centre(a), centre(b)];
      svg.append(drawn("line", { x1, y1, x2, y2, class: "tie" }));
    }

    function listen() {
      const claimAt = (event) => event.target.closest?.("[data-claim]")?.dataset.claim ?? null;
      root.addEventListener("pointerover", (event) => { const claim = claimAt(event); if (claim !== null && !state.pinned) activate(claim); });
      root.addEventListener("pointerout", (event) => { if (claimAt(event) !== null && !state.pinned && !root.contains(document.activeElement?.closest?.("[data-claim]"))) activate(null); });
      root.addEventListener("focusin", (event) => { const claim = claimAt(event); if (claim !== null && !state.pinned) activate(claim); });
      root.addEventListener("focusout", (event) => { if (claimAt(event) !== null && !state.pinned) activate(null); });
      root.addEventListener("click", (event) => {
        const claim = claimAt(event);
        if (claim === null) return;
        state.pinned = state.pinned === claim ? null : claim;
        activate(claim);
      });
      root.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && (state.pinned || state.active)) { state.pinned = null; activate(null); }
        const list = event.target.closest?.(".claims");
        if (list && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
          const buttons = [...list.querySelectorAll("button[data-claim]")];
          const next = buttons[buttons.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
          if (next) { next.focus(); event.preventDefault(); }
        }
      });
      if (window.ResizeObserver) {
        let wide = canvas.clientWidth;
        new ResizeObserver(() => {
          if (!root.isConnected || Math.abs(canvas.clientWidth - wide) < 8) return;
          wide = canvas.clientWidth;
          stage(state.stage);
        }).observe(canvas);
      }
    }

    return { root, stage: (wanted) => stage(wanted), activate: (claim) => { if (!state.pinned) activate(claim); }, get current() { return state.stage; } };
  }

  return { show, badge };
})();
