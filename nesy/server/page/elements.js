// Elements of the page. Texts become text, never markup, and what nobody sees in them stands as its escape.

// As nesy.errors.UNSEEN: controls, separators of lines, what turns the writing direction, halves of characters.
const UNSEEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

export function visible(text) {
  return String(text).replace(UNSEEN, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

export function make(name, given = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key === "text") element.textContent = visible(value);
    else if (key === "on") for (const [event, heard] of Object.entries(value)) element.addEventListener(event, heard);
    else if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : TOLD.includes(key) ? visible(value) : value);
  }
  element.append(...children.map((child) => (typeof child === "string" ? visible(child) : child)));
  return element;
}
const TOLD = ["alt", "aria-label"]; // what is read aloud

const SVG = "http://www.w3.org/2000/svg";

export function drawn(name, given = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(given)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// Have the browser keep a file; nothing is asked of any server for it.
export function download(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = make("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function many(number, one, several = `${one}s`) {
  return `${number} ${number === 1 ? one : several}`;
}
