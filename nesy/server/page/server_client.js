// Requests to the server that this page is from. What goes wrong is a Problem: one sentence for a person.

let token = null; // in memory alone: not in the address, not in any storage

export class Problem extends Error {
  constructor(sentence, status = 0) {
    super(sentence);
    this.status = status;
  }
}

export function enter(given) {
  token = given;
}

// Ask for an answer; `options` are those of fetch. Throws a Problem, or what stopped it (AbortError).
export async function request(path, options = {}) {
  const headers = new Headers(options.headers);
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  let response;
  try {
    response = await fetch(path, { ...options, headers, credentials: "omit", redirect: "error", cache: "no-store" });
  } catch (error) {
    throw stopped(error) ?? new Problem("The server cannot be reached; is it still running?");
  }
  if (!response.ok) throw new Problem(await reason(response), response.status);
  return response;
}

// Post a body and yield each server-sent event as [name, data as text], to the last.
export async function* events(path, body, signal) {
  const response = await request(path, { method: "POST", body, signal, headers: { Accept: "text/event-stream" } });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    let piece;
    try {
      piece = await reader.read();
    } catch (error) {
      throw stopped(error) ?? gone();
    }
    if (piece.done) return;
    const parts = (rest + piece.value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const told = event(part);
      if (told) yield told;
    }
  }
}

// What is told where the server ends before it has answered.
export function gone() {
  return new Problem("The server went away before it was done; what had come until then is shown. Try it again.");
}

export function sentence(message) {
  const text = String(message).trim() || "The server gave no reason";
  return text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}

function event(part) {
  let name = "message", data = null;
  for (const line of part.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    else if (line.startsWith("data: ")) data = line.slice(6);
  }
  return data === null ? null : [name, data];
}

async function reason(response) {
  try {
    return sentence((await response.json()).error.message);
  } catch {
    return `The server answered with status ${response.status}, and gave no reason.`;
  }
}

function stopped(error) {
  return error.name === "AbortError" ? error : null;
}
