// An analysis and what a person says of its claims -> the gold scene. Nothing here touches the page.

const LISTS = ["entities", "part_states", "relations", "counts"];

// Say a claim as nesy does (nesy.scene.in_words).
export function inWords(list, claim) {
  switch (list) {
    case "entities":
      return `${claim.id} is a ${claim.category}`;
    case "part_states":
      return `${claim.entity} ${claim.part} ${claim.state}${claim.object ? ` ${claim.object}` : ""}`;
    case "relations":
      return `${claim.subject} ${claim.predicate} ${claim.object}`;
    default:
      return `${claim.value} ${claim.category}`;
  }
}

export function* claimsOf(scene) {
  for (const list of LISTS) for (const claim of scene[list] ?? []) yield { list, claim };
}

// All that can be judged: the claims of the final scene and the attributes of its things, then what is gone of earlier
// rounds, each as it was last. `stands`: whether the final scene has it.
export function statements(analysis) {
  const found = new Map();
  const take = (scene, stands) => {
    for (const { list, claim } of claimsOf(scene)) {
      const held = found.get(claim.id);
      if (!held || held.stands === stands) found.set(claim.id, statement(claim.id, list, claim, inWords(list, claim), stands));
    }
  };
  take(analysis.scene, true);
  for (const round of analysis.rounds) take(round.scene, false);
  return [...found.values()].flatMap((one) => [one, ...attributes(one)]);
}

// The scene of what is true. `judged`: key of a statement -> "accept" or "reject"; one that is not there stays as it is.
export function goldScene(analysis, judged) {
  const all = statements(analysis);
  const holds = (one) => (judged.has(one.key) ? judged.get(one.key) === "accept" : one.stands);
  const kept = all.filter(holds);
  const things = new Set(kept.filter((one) => one.list === "entities").map((one) => one.claim.id));
  const scene = { schema: "nesy.scene/1", image: analysis.scene.image ?? analysis.image };
  for (const list of LISTS) {
    scene[list] = kept.filter((one) => one.list === list && needs(one).every((id) => things.has(id))).map((one) => true_(one));
  }
  const worn = new Set(kept.filter((one) => one.list === "attributes").map((one) => one.key));
  for (const thing of scene.entities) {
    if (thing.attributes) thing.attributes = thing.attributes.filter((_, place) => worn.has(`${thing.id}/attribute/${place}`));
  }
  return scene;
}

// The ids of the things that a statement cannot be true without.
export function needs({ list, claim }) {
  if (list === "relations") return [claim.subject, claim.object];
  if (list === "part_states") return [claim.entity, ...(claim.object ? [claim.object] : [])];
  return list === "attributes" ? [claim.id] : [];
}

function statement(key, list, claim, words, stands) {
  return { key, list, claim, words, stands };
}

function attributes({ list, claim, stands }) {
  if (list !== "entities") return [];
  return (claim.attributes ?? []).map((word, place) => ({
    ...statement(`${claim.id}/attribute/${place}`, "attributes", claim, `${claim.id} is ${word}`, stands), place,
  }));
}

// What is true is not more or less sure, and no text of a model says it.
function true_({ claim }) {
  const { confidence, box_confidence, spans, ...rest } = claim;
  return structuredClone(rest);
}
