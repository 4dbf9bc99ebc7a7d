// The state of the page in the part of the address behind "#", which is not sent to any server.

export const START = Object.freeze({ values: {}, changes: [], policy: "adopted", step: 0, projects: {} });

export function copyOf(state) {
  return { ...state, values: { ...state.values }, changes: [...state.changes], projects: structuredClone(state.projects) };
}

export function same(one, other) {
  return encode(one).toString() === encode(other).toString();
}

function encode(state) {
  const words = new URLSearchParams();
  for (const name of Object.keys(state.values).sort()) words.set(name, state.values[name]);
  if (state.changes.length) words.set("changes", [...state.changes].sort().join(","));
  if (state.policy !== "adopted") words.set("policy", state.policy);
  if (state.policy === "step") words.set("step", state.step);
  for (const id of Object.keys(state.projects).sort()) {
    const { start = "", scale = "", dropped = "" } = state.projects[id];
    words.append("project", [id, start, scale, dropped].join(","));
  }
  return words;
}

// A state out of words; what the page does not know is left out.
function decode(words, page) {
  const state = copyOf(START);
  for (const control of page.controls) {
    const value = Number(words.get(control.id));
    if (words.has(control.id) && value >= control.low && value <= control.high) state.values[control.id] = value;
  }
  const known = [...page.growth, ...page.others].map((change) => change.id);
  state.changes = (words.get("changes") || "").split(",").filter((name) => known.includes(name));
  const policy = words.get("policy");
  if (page.policies.some((one) => one.id === policy)) state.policy = policy;
  const step = Number(words.get("step"));
  if (step >= page.step.low && step <= page.step.high) state.step = step;
  for (const text of words.getAll("project")) {
    const [id, start, scale, dropped] = text.split(",");
    if (!page.projects.some((one) => one.id === id && one.movable)) continue;
    const moved = {};
    if (/^\d{4}$/.test(start)) moved.start = Number(start);
    if (Number(scale) >= 0.2 && Number(scale) <= 3) moved.scale = Number(scale);
    if (["true", "false"].includes(dropped)) moved.dropped = dropped === "true";
    if (Object.keys(moved).length) state.projects[id] = moved;
  }
  return state;
}

export function write(state, more) {
  const words = encode(state);
  words.set("scenario", more.scenario);
  words.set("lang", more.lang);
  words.set("year", more.year);
  for (const pin of more.pins) words.append("pin", `${pin.name}?${encode(pin.state)}`);
  return `#${words}`;
}

export function read(fragment, page) {
  const words = new URLSearchParams(fragment.replace(/^#/, ""));
  const pins = words.getAll("pin").map((text) => {
    const cut = text.lastIndexOf("?");
    return { name: text.slice(0, cut).slice(0, 60), state: decode(new URLSearchParams(text.slice(cut + 1)), page) };
  });
  const year = Number(words.get("year"));
  return {
    state: decode(words, page),
    scenario: words.get("scenario"),
    year: page.years.includes(year) ? year : page.years.at(-1),
    pins: pins.filter((pin) => pin.name),
  };
}
