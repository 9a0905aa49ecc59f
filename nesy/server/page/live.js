// The page of `nesy serve`: a picture in, rounds as they come, the result, questions, and what a person says of it.

/* global nesyView */
import { download, make, visible } from "./elements.js";
import { Judging } from "./judging.js";
import { RoundsList } from "./rounds_list.js";
import { enter, events, gone, Problem, request, sentence } from "./server_client.js";

const at = (id) => document.getElementById(id);
const { megabytes, megapixels, token, gold } = document.body.dataset;
const rounds = new RoundsList(at("rounds"), at("preview"));
let work = null; // what is at work: its AbortController
let address = null; // of the picture's bytes in this page
let shown = null; // { file, text, analysis, viewer, judging } of the picture that is shown

// What is told: one thing that goes on, one thing that went wrong.
function status(text) {
  at("status").textContent = visible(text);
}
function problem(error) {
  const told = error === null || error.name === "AbortError" ? "" : error instanceof Problem ? error.message : `The page failed: ${error.message}`;
  at("problem").hidden = !told;
  at("problem").textContent = visible(told);
  if (error instanceof Problem && error.status === 401) login();
  if (error !== null && !(error instanceof Problem) && error.name !== "AbortError") console.error(error);
}

// Before anything: the token where one is asked for, and a model that is loaded.
function login() {
  enter(null);
  at("login").hidden = false;
  at("choose").hidden = true;
  at("token").focus();
}
at("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = at("token").value.trim();
  at("token").value = "";
  enter(given);
  try {
    if (!/^[\x21-\x7e]+$/.test(given)) throw new Problem("A token is of letters, digits and signs, without blanks.", 401);
    await request("v1/models");
  } catch (error) {
    if (error.status !== 503) return problem(error);
  }
  at("login").hidden = true;
  problem(null);
  await ready();
  at("file").focus();
});
async function ready() {
  for (;;) {
    const health = await fetch("health", { cache: "no-store" }).then((got) => got.json()).catch(() => null);
    if (health === null) problem(new Problem("The server cannot be reached; is it still running?"));
    else if (health.status === "ready") {
      problem(null);
      status(`The model ${health.model} is ready.`);
      at("choose").hidden = false;
      return;
    } else status(health.status === "loading" ? "The model is being loaded …" : "The server has no model; its log says why.");
    await new Promise((on) => setTimeout(on, 1500));
  }
}

// A picture, however it comes.
at("most").textContent = `Up to ${megabytes} MB and ${megapixels} megapixels. It is sent to this server and to nobody else.`;
at("file").addEventListener("change", () => {
  take(at("file").files);
  at("file").value = "";
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  at("drop").classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) at("drop").classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  at("drop").classList.remove("over");
  if (!at("choose").hidden) take(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => {
  if (event.clipboardData.files.length && !at("choose").hidden) take(event.clipboardData.files);
});
function take(files) {
  if (files.length === 1) analyze(files[0]);
  else problem(new Problem(files.length ? "One picture at a time, please." : "That is no file; drop a picture."));
}

async function analyze(file) {
  work?.abort();
  const own = new AbortController();
  work = own;
  problem(null);
  if (file.size > megabytes * 1e6 - 2000) { // the form around it counts, too
    work = null;
    return problem(new Problem(`${file.name} has ${(file.size / 1e6).toFixed(1)} MB; this server takes ${megabytes} MB.`));
  }
  show(null);
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(file);
  rounds.begin(address, file.name);
  at("work").hidden = at("stop").hidden = false;
  status(`${file.name} waits for its turn …`);
  try {
    const text = await told("analyze", form(file), "analysis", own.signal, (what, happened) => {
      status(`${file.name} is being looked at …`);
      if (what === "round_started") rounds.started(happened);
      else if (what === "reply_rejected") rounds.rejected(happened);
      else if (what === "round") rounds.finished(happened);
    });
    status(`${file.name} is done.`);
    await result(file, text, own.signal);
  } catch (error) {
    if (work === own) {
      problem(error);
      status(error.name === "AbortError" ? "Stopped." : "");
      if (!at("rounds").childElementCount) at("work").hidden = true;
    }
  } finally {
    if (work === own) {
      rounds.end();
      at("stop").hidden = true;
      work = null;
    }
  }
}
at("stop").addEventListener("click", () => work?.abort());

// Follow what happens to a request to its end, each telling `heard`; return the text of the record of that name.
async function told(path, body, name, signal, heard = () => {}) {
  for await (const [what, data] of events(path, body, signal)) {
    if (what === name) return data;
    const happened = JSON.parse(data);
    if (what === "error") throw new Problem(sentence(happened.error.message));
    heard(what, happened);
  }
  throw gone();
}

function form(file, more = {}) {
  const body = new FormData();
  body.append("file", file, file.name);
  body.append("name", file.name);
  for (const [name, value] of Object.entries(more)) {
    if (value instanceof Blob) body.append(name, value, `${name}.json`);
    else body.append(name, value);
  }
  return body;
}
const json = (text) => new Blob([text], { type: "application/json" });

// The result.
async function result(file, text, signal) {
  const analysis = JSON.parse(text);
  const answer = await request("view", { method: "POST", body: form(file, { analysis: json(text) }), signal });
  const { view, picture } = await answer.json();
  if (!signal.aborted) show({ file, text, analysis, view, picture });
}
function show(wanted) {
  shown = wanted;
  for (const id of ["result", "question-part", "gold-part"]) at(id).hidden = wanted === null;
  at("drop").classList.toggle("narrowed", wanted !== null);
  at("answers").replaceChildren();
  at("saved").textContent = "";
  if (wanted === null) return at("view").replaceChildren();
  at("work").hidden = true;
  shown.judging = new Judging(shown.analysis, tally, (claim) => shown?.viewer?.activate(claim));
  const extra = (claim) => shown.judging.controls(claim.id);
  shown.viewer = nesyView.show(at("view"), shown.view, { picture: shown.picture, extra });
  at("save-gold").hidden = !gold;
  tally();
  at("view").querySelector("h2")?.focus();
}
const stem = () => shown.file.name.replace(/\.[^.]*$/, "") || "picture";
at("get-analysis").addEventListener("click", () => download(`${stem()}.analysis.json`, json(shown.text)));
at("get-report").addEventListener("click", () => busy(at("get-report"), async () => {
  const { file, text } = shown, name = `${stem()}.report.html`;
  const answer = await request("report", { method: "POST", body: form(file, { analysis: json(text) }) });
  download(name, await answer.blob());
}));

// Do something that a button asks for, once at a time.
async function busy(button, task) {
  if (button.disabled) return;
  button.disabled = true;
  problem(null);
  try {
    await task();
  } catch (error) {
    problem(error);
  } finally {
    button.disabled = false;
  }
}

// Questions.
at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const question = at("question").value.trim(), checked = !at("unchecked").checked, of = shown;
  if (!question || !of) return;
  busy(at("ask").querySelector("button"), async () => {
    status(`Asked: ${question}`);
    const body = form(of.file, { question, checked: String(checked), ...(checked ? { analysis: json(of.text) } : {}) });
    const answered = JSON.parse(await told("ask", body, "answer"));
    if (shown !== of) return;
    at("answers").prepend(answer(answered));
    at("question").value = "";
    status("");
  });
});
function answer(answered) {
  const kind = !answered.checked ? ["", "not checked"] : answered.consistent ? ["good", "nothing speaks against it"] : ["bad", "something speaks against it"];
  const reasons = (answered.because ?? []).map((one) => one.join(" "));
  return make("li", { class: "card" },
    make("p", { class: "words", text: answered.question }),
    make("p", {}, make("strong", { class: "words", text: answered.answer }), " ", make("span", { class: `badge ${kind[0]}`, text: kind[1] })),
    ...(reasons.length ? [make("p", { class: "small words", text: `because ${reasons.join(", ")}` })] : []),
    ...(answered.findings ?? []).map((one) => make("p", { class: "small words", text: `${one.severity}: ${one.message}` })),
    ...(answered.why_unknown ? [make("p", { class: "small words", text: answered.why_unknown })] : []));
}

// What is true.
function tally() {
  at("tally").textContent = shown.judging.tally;
  at("saved").textContent = "";
}
at("accept-rest").addEventListener("click", () => shown.judging.rest("accept"));
at("reject-rest").addEventListener("click", () => shown.judging.rest("reject"));
at("judge-anew").addEventListener("click", () => shown.judging.anew());
at("get-gold").addEventListener("click", () => download(`${stem()}.scene.json`, json(`${JSON.stringify(shown.judging.scene)}\n`)));
at("save-gold").addEventListener("click", () => busy(at("save-gold"), async () => {
  const of = shown, scene = json(JSON.stringify(of.judging.scene));
  const answer = await request("gold", { method: "POST", body: form(of.file, { scene }) });
  const saved = await answer.json();
  if (shown !== of) return;
  const against = (saved.verdict.findings ?? []).filter((one) => one.severity === "violation").map((one) => one.message);
  at("saved").textContent = visible(`Saved as ${saved.image}${saved.replaced ? ", in the place of what was said of it before" : ""}; `
    + `the folder holds ${saved.rows} ${saved.rows === 1 ? "scene" : "scenes"}.`
    + (against.length ? ` Rules object to it: ${against.join(" ")}` : ""));
}));

if (token) login();
else ready();
