/* A report as a file: the list of its pictures, filters and order, and the one that is chosen. What is shown of a
   picture stands in the page as JSON, and is read when it is wanted. */
"use strict";
(() => {
  const { element, words, number } = nesyDrawing;
  const { badge, show } = nesyView;
  const held = (id) => JSON.parse(document.getElementById(id).textContent);
  const index = held("index");
  const cards = index.cards.map((card, place) => ({ ...card, place }));
  const detail = document.getElementById("detail");
  const paper = document.getElementById("paper");
  const list = document.getElementById("list");
  let chosen = -1;
  let filtered = cards;

  document.getElementById("notes").append(...index.notes.map((note) => element("p", { class: "note words" }, note)));
  const picture = (place) => (cards[place].picture ? held(`picture-${place}`) : null);
  const options = (place) => ({ picture: picture(place), missing: cards[place].missing });

  function open(place, focus) {
    chosen = place;
    show(detail, held(`record-${place}`), options(place));
    for (const button of list.querySelectorAll("button")) {
      if (Number(button.dataset.place) === place) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    if (cards.length > 1) {
      const back = element("a", { href: "#list", class: "back" }, "Back to the list");
      detail.prepend(back);
    }
    if (focus) {
      detail.querySelector("h2").focus({ preventScroll: true });
      detail.scrollIntoView({ block: "start" });
    }
  }

  const FILTERS = [
    ["all", "all pictures", () => true],
    ["consistent", "consistent", (card) => card.status === "consistent"],
    ["inconsistent", "inconsistent", (card) => card.status === "inconsistent"],
    ["unknown", "nothing known", (card) => card.status === "unknown"],
    ["corrected", "corrected by the model", (card) => card.corrected],
    ["repaired", "repaired", (card) => card.repaired],
    ["untouched", "nothing objected to", (card) => !card.doubted && !card.changed],
  ];
  const ORDERS = [
    ["changed", "most changed", (a, b) => b.changed - a.changed || b.doubted - a.doubted || a.place - b.place],
    ["doubted", "most doubted", (a, b) => b.doubted - a.doubted || b.changed - a.changed || a.place - b.place],
    ["record", "as recorded", (a, b) => a.place - b.place],
    ["name", "name", (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)],
  ];

  function listed() {
    const choice = (name, label, rows) => {
      const select = element("select", { id: name }, ...rows.map(([value, told]) => element("option", { value }, told)));
      return [select, element("label", {}, label, select)];
    };
    const rules = new Map(cards.flatMap((card) => card.rules));
    const categories = [...new Set(cards.flatMap((card) => card.categories))].sort();
    const [what, whatLabel] = choice("show", "Show", FILTERS.map(([name, told, test]) => [name, `${told} (${cards.filter(test).length})`]));
    const [order, orderLabel] = choice("order", "Order", ORDERS);
    const [rule, ruleLabel] = choice("rule", "Rule that objects", [["", "any or none"], ...[...rules].sort((a, b) => (a[1] < b[1] ? -1 : 1))]);
    const category = element("input", { id: "category", type: "search", list: "categories", autocomplete: "off", spellcheck: "false" });
    const known = element("datalist", { id: "categories" }, ...categories.map((one) => element("option", { value: one })));
    const status = element("p", { role: "status", class: "small quiet" });
    const pictures = element("ul", { class: "pictures" });
    const buttons = cards.map((card) => cardButton(card));

    const filter = () => {
      const test = FILTERS.find(([name]) => name === what.value)[2];
      const wanted = category.value.trim().toLowerCase().replaceAll("_", " ");
      const fits = (one) => one.toLowerCase().replaceAll("_", " ").includes(wanted);
      filtered = cards.filter((card) => test(card) && (!rule.value || card.rules.some(([iri]) => iri === rule.value)) && (!wanted || card.categories.some(fits) || fits(card.name)));
      filtered.sort(ORDERS.find(([name]) => name === order.value)[2]);
      pictures.replaceChildren(...filtered.map((card) => element("li", {}, buttons[card.place])));
      status.textContent = `${filtered.length} of ${number(cards.length, "picture")} shown`;
    };
    for (const control of [what, order, rule, category]) control.addEventListener("input", filter);
    pictures.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      const all = [...pictures.querySelectorAll("button")];
      const next = all[all.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) { next.focus(); event.preventDefault(); }
    });
    list.append(element("form", { class: "finder", role: "search", "aria-label": "Find pictures" }, whatLabel, orderLabel, ruleLabel, element("label", {}, "Category or name", category), known), status, pictures);
    list.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    filter();
  }

  // A picture is decoded when its card comes near.
  const near = new IntersectionObserver((seen) => {
    for (const one of seen) {
      if (!one.isIntersecting) continue;
      near.unobserve(one.target);
      one.target.src = held(`picture-${one.target.dataset.place}`);
    }
  }, { rootMargin: "300px" });

  function cardButton(card) {
    const thumb = card.picture ? element("img", { class: "thumb", alt: "", decoding: "async", "data-place": card.place }) : element("span", { class: "thumb", "aria-hidden": "true" });
    if (card.picture) near.observe(thumb);
    const told = [card.changed ? `${card.changed} changed` : "", card.doubted ? `${card.doubted} doubted` : ""].filter(Boolean).join(" · ") || number(card.claims, "claim");
    const button = element("button", { type: "button", "data-place": card.place }, thumb, words(card.name, "span", "title words"), element("span", {}, badge(card.status), element("span", { class: "small" }, ` ${told}`)), words(card.line || "nobody objected", "span", "line words"));
    button.addEventListener("click", () => open(card.place, true));
    return button;
  }

  /** On paper stand all pictures that are listed, each with all that is told of it. */
  function printed(wanted) {
    if (!wanted) paper.replaceChildren();
    else if (!paper.firstChild) {
      paper.replaceChildren(...filtered.map((card) => {
        const place = element("div", {});
        show(place, held(`record-${card.place}`), { ...options(card.place), paper: true });
        return place.firstChild;
      }));
    }
  }
  window.addEventListener("beforeprint", () => printed(true));
  window.addEventListener("afterprint", () => printed(false));
  matchMedia("print").addEventListener("change", (event) => printed(event.matches));

  if (cards.length > 1) listed();
  else {
    list.hidden = true;
    list.parentElement.classList.remove("many");
  }
  if (cards.length) open(filtered[0].place, false);
})();
