// The page: its state, what moves it, and what is drawn when an answer comes.

import { FanChart, sample } from "./charts.js";
import { controlBox } from "./controls.js";
import { START, copyOf, read, same, write } from "./link.js";
import { fill, number, percent, plusMinus, shown, speak } from "./numbers.js";
import { Plan, projectsInWords } from "./plan.js";
import { Refusal, Simulations, ask, other, takeToken } from "./server.js";
import { Answer, drawComparison, drawLegend, drawRules, drawTable, largestError, made } from "./view.js";

const at = (id) => document.getElementById(id);
const COLOURS = ["#222222", "#c25400", "#00795a", "#9a3d84", "#8a6400"]; // ink is the starting point's
const DASHES = ["none", "6 2", "2 2", "6 2 2 2", "9 3"];
const REST = 300; // milliseconds after an answer of few runs until many are simulated, if nothing moves

let page; // words, controls, figures: what the server says the page is made of
let state, year;
let pins = []; // {name, state, answer, colour, dashes}; the first is the starting point
let against = 0; // place among the pins
let answer = null, answeredState = null;
let figures, plan, charts = [];
let moves = 0; // so many times has something been moved
let rest = 0, frame = 0, drawSettled = false;

const simulations = new Simulations(take, refused);

// ---- start

async function start(lang) {
  try {
    page = await ask("api/page", { lang });
  } catch (error) {
    return trouble(error);
  }
  speak(page.lang);
  document.documentElement.lang = page.lang;
  const linked = read(location.hash, page);
  state = linked.state;
  year = linked.year;
  answer = null;
  moves += 1;
  build();
  at("page").hidden = false;
  pins = [];
  addPin(page.words.base, copyOf(START));
  for (const pin of linked.pins.slice(0, COLOURS.length - 1)) addPin(pin.name, pin.state);
  against = 0;
  at("trouble").textContent = linked.scenario && linked.scenario !== page.scenario ? fill(page.words.other_scenario, { name: linked.scenario }) : "";
  showControls();
  drawPins();
  put("dragged");
}

function build() {
  const { words } = page;
  document.title = `${page.title} – ldip`;
  at("title").textContent = page.title;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = words[node.dataset.word];
  for (const node of document.querySelectorAll("[data-word-label]")) node.setAttribute("aria-label", words[node.dataset.wordLabel]);
  for (const button of document.querySelectorAll("[data-lang]")) button.setAttribute("aria-pressed", button.dataset.lang === page.lang);
  at("doubts").hidden = !page.doubts.length;
  at("doubts").replaceChildren(
    made("summary", { textContent: fill(words.doubts, { count: page.doubts.length }) }),
    ...page.doubts.map((said) => made("p", { textContent: said })),
  );
  Object.assign(at("year"), { min: page.years[0], max: page.years.at(-1), value: year });
  const box = (one) => controlBox(one, words, moveControl, () => showControls());
  at("sliders").replaceChildren(...page.controls.map(box));
  at("step-box").replaceChildren(box(page.step));
  const options = (entries) => entries.map((entry) => made("option", { value: entry.id, textContent: entry.label }));
  at("growth").replaceChildren(...options([{ id: "", label: words.growth_none }, ...page.growth]));
  at("policy").replaceChildren(...options(page.policies));
  at("fans").replaceChildren(
    ...page.both.map((fan) => {
      const button = made("button", { type: "button", textContent: fan.label, onclick: () => choosePolicy(fan.id) });
      button.dataset.fan = fan.id;
      return button;
    }),
  );
  at("others-box").hidden = !page.others.length;
  at("others").replaceChildren(
    ...page.others.map((change) => made("label", {}, [made("input", { type: "checkbox", value: change.id }), change.label])),
  );
  at("exports").replaceChildren(
    ...page.exports.map((one) => made("button", { type: "button", textContent: one.label, onclick: () => download(one.id) })),
  );
  figures = new Answer(at("figures"), page);
  plan = new Plan(page, () => state, moved, trouble);
  at("charts").replaceChildren();
  charts = page.fans.map(chartBox);
}

function chartBox(id) {
  const metric = page.metrics.find((one) => one.id === id);
  const said = made("span", { className: "said" });
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", metric.label);
  const table = made("table");
  const box = made("div", { className: "scroll", tabIndex: 0, role: "region" }, [table]);
  box.setAttribute("aria-label", metric.label);
  const details = made("details", {}, [
    made("summary", {}, [page.words.table, made("span", { className: "visually-hidden", textContent: `: ${metric.label}` })]),
    box,
  ]);
  const caption = made("figcaption", { title: metric.definition }, [
    made("h3", { textContent: metric.label }),
    made("p", { textContent: metric.unit }),
    said,
  ]);
  at("charts").append(made("figure", { className: "chart", id: `chart-${id}` }, [caption, svg, details]));
  const chart = new FanChart(svg, metric, page.years, setYear);
  const entry = { metric, said, svg, table, details, chart };
  details.addEventListener("toggle", () => details.open && answer && drawTable(table, page, metric, answer));
  return entry;
}

// ---- state

function moveControl(id, value) {
  setControl(id, value);
  moved();
}

function setControl(id, value) {
  if (id === "step") {
    state.step = value === null ? 0 : value;
    state.policy = value === null && state.policy === "step" ? "adopted" : value === null ? state.policy : "step";
  } else if (value === null || (answer && Math.abs(value - answer.unmoved[id]) < 1e-9)) {
    delete state.values[id];
  } else {
    state.values[id] = value;
  }
}

// Put every control where the state has it; the one being used is left alone.
function showControls() {
  const unmoved = answer ? answer.unmoved : {};
  for (const one of [...page.controls, page.step]) {
    const isStep = one.id === "step";
    const moved = isStep ? state.policy === "step" : one.id in state.values;
    const value = isStep ? state.step : moved ? state.values[one.id] : unmoved[one.id];
    for (const input of [at(one.id), at(`${one.id}-number`)]) {
      if (value === undefined || (input === document.activeElement && input.valueAsNumber === value)) continue;
      if (input === document.activeElement && input.type === "number" && input.matches(":focus") && typing) continue;
      input.value = value;
    }
    at(`${one.id}-control`).classList.toggle("moved", moved);
    at(`${one.id}-control`).querySelector(".undo").hidden = !moved;
    const reading = answer?.readings[one.id];
    at(`${one.id}-reading`).textContent = reading ? `: ${reading}` : "";
  }
  plan.show(answer);
  at("growth").value = state.changes.find((name) => page.growth.some((one) => one.id === name)) || "";
  at("policy").value = state.policy;
  for (const button of at("fans").children) button.setAttribute("aria-pressed", button.dataset.fan === state.policy);
  for (const box of at("others").querySelectorAll("input")) box.checked = state.changes.includes(box.value);
  if (state.changes.some((name) => page.others.some((one) => one.id === name))) at("others-box").open = true;
  at("year-shown").textContent = year;
}

let typing = false;
document.addEventListener("keydown", (event) => (typing = event.target.type === "number"));
document.addEventListener("pointerdown", () => (typing = false));

function moved() {
  moves += 1;
  clearTimeout(rest);
  put("dragged");
  showControls();
}

function restLater() {
  clearTimeout(rest);
  rest = setTimeout(() => put("released"), REST);
}

function put(runs) {
  at("answer").setAttribute("aria-busy", "true");
  simulations.put({ state: copyOf(state), against: pins[against].state, runs, lang: page.lang }, moves);
}

// ---- answers

function take(got, question, move) {
  if (question.lang !== page.lang) return;
  if (move === moves) accept();
  answer = Object.assign(got, { settled: question.runs === "released" });
  const current = move === moves;
  // What stands where the scenario has it is not moved.
  if (current) for (const [id, value] of Object.entries(state.values)) setControl(id, value);
  answeredState = current ? copyOf(state) : question.state;
  if (same(answeredState, pins[against].state)) answer.apart = null;
  const settled = answer.settled && current;
  drawSettled = drawSettled || settled;
  if (settled && same(state, START)) pins[0].answer = got;
  if (current && !settled) restLater();
  if (!frame) frame = requestAnimationFrame(drawAll);
  if (settled) fetchPins();
}

// The alternatives that are drawn beside the answer.
function beside() {
  return pins.filter((pin) => pin.answer && !same(pin.state, answeredState)).map((pin) => ({ ...pin, metrics: pin.answer.metrics }));
}

function drawAll() {
  frame = 0;
  const settled = drawSettled;
  drawSettled = false;
  showControls();
  figures.draw(answer, year, pins[against].name);
  at("status").textContent = fill(page.words.status, { runs: number(answer.runs, 0), seed: page.seed, policy: answer.policy });
  const others = beside();
  for (const entry of charts) {
    entry.chart.draw(answer, others, year, settled);
    say(entry);
    if (settled && entry.details.open) drawTable(entry.table, page, entry.metric, answer);
  }
  drawRules(at("rules"), page, answer, year);
  plan.drawPlaces(answer);
  if (settled) drawSlowly();
  if (settled && same(answeredState, state)) at("answer").setAttribute("aria-busy", "false");
  performance.mark("ldip-drawn", { detail: { runs: answer.runs, state: answeredState } });
}

// What need not move with a slider.
function drawSlowly() {
  drawLegend(at("legend"), page, beside());
  at("rules-note").textContent = fill(page.words.rules_note, { error: number(100 * largestError(answer), 1) });
  drawAgainst();
  for (const entry of charts) describe(entry);
  const t = page.years.indexOf(year);
  const [debt, need] = ["debt_ratio", "restructuring_need"].map((id) => page.metrics.find((one) => one.id === id));
  at("settled").textContent = fill(page.words.settled, {
    year,
    debt: `${shown(answer.metrics.debt_ratio.p50[t], debt)} %`,
    breach: `${percent(answer.events.any_rule_breach.in_year[t], 1)} %`,
    need: `${shown(answer.metrics.restructuring_need.p95[t], need)} ${need.unit}`,
  });
  try {
    history.replaceState(null, "", link());
  } catch {
    // A browser that allows no more changes of the address keeps the old one.
  }
}

function say(entry) {
  const own = answer.metrics[entry.metric.id];
  const t = page.years.indexOf(year);
  const [median, low, high] = ["p50", "p05", "p95"].map((name) => shown(own[name][t], entry.metric));
  entry.said.textContent = fill(page.words.said, { year, median, low, high });
}

function describe(entry) {
  entry.svg.setAttribute("aria-label", `${entry.metric.label}, ${entry.metric.unit}. ${entry.said.textContent}`);
}

function setYear(chosen) {
  year = chosen;
  at("year").value = year;
  at("year-shown").textContent = year;
  if (!answer) return;
  figures.draw(answer, year, pins[against].name);
  for (const entry of charts) {
    entry.chart.point(year);
    say(entry);
  }
  drawRules(at("rules"), page, answer, year);
  clearTimeout(setYear.later);
  setYear.later = setTimeout(() => answer.settled && drawSlowly(), REST);
}

// ---- pinned alternatives

function addPin(name, of, known = null) {
  const taken = pins.map((pin) => pin.colour);
  const place = COLOURS.findIndex((colour) => !taken.includes(colour));
  pins.push({ name, state: of, answer: known, colour: COLOURS[place], dashes: DASHES[place] });
}

async function fetchPins() {
  for (const pin of pins) {
    if (pin.answer || pin.asked) continue;
    pin.asked = true;
    try {
      pin.answer = await ask("api/simulate", { state: pin.state, against: pins[against].state, runs: "released", lang: page.lang }, { who: other(pin.name) });
      drawSettled = true;
      if (!frame) frame = requestAnimationFrame(drawAll);
    } catch (error) {
      trouble(error);
    } finally {
      pin.asked = false;
    }
  }
}

function drawPins() {
  const { words } = page;
  at("no-pins").hidden = pins.length > 1;
  at("pins").replaceChildren(
    ...pins.slice(1).map((pin) => {
      const name = made("input", { type: "text", value: pin.name, maxLength: 40 });
      name.setAttribute("aria-label", words.pin_name);
      name.addEventListener("change", () => {
        pin.name = name.value.trim() || pin.name;
        drawSlowly();
      });
      const line = sample([["line", { class: "pinned", x1: 0, x2: 28, y1: 6, y2: 6, stroke: pin.colour, "stroke-dasharray": pin.dashes }]]);
      const back = made("button", { type: "button", textContent: words.show });
      back.setAttribute("aria-label", `${words.show}: ${pin.name}`);
      back.addEventListener("click", () => {
        state = copyOf(pin.state);
        moved();
      });
      const remove = made("button", { type: "button", textContent: words.remove });
      remove.setAttribute("aria-label", `${words.remove}: ${pin.name}`);
      remove.addEventListener("click", () => {
        if (pins[against] === pin) against = 0;
        const kept = pins[against];
        pins = pins.filter((one) => one !== pin);
        against = pins.indexOf(kept);
        drawPins();
        moved();
        at("pin").focus();
      });
      return made("li", {}, [made("span", { className: "mark" }, [line]), name, made("span", { className: "what", textContent: inWords(pin.state) }), back, remove]);
    }),
  );
  drawAgainst();
}

// A state in words, for the list of pinned alternatives.
function inWords(of) {
  const parts = of.changes.map((name) => [...page.growth, ...page.others].find((one) => one.id === name).label);
  for (const one of page.controls) if (one.id in of.values) parts.push(`${one.label} ${number(of.values[one.id], one.step < 1 ? 2 : 0)} ${one.unit}`);
  parts.push(...projectsInWords(page, of));
  if (of.policy !== "adopted") parts.push(page.policies.find((one) => one.id === of.policy).label);
  if (of.policy === "step") parts.push(`${number(of.step, 0)} ${page.step.unit}`);
  return parts.join(" · ") || page.words.base;
}

function drawAgainst() {
  const { words } = page;
  at("against").replaceChildren(...pins.map((pin, place) => made("option", { value: place, textContent: pin.name })));
  at("against").value = against;
  const theirs = pins[against];
  const apart = answer && answer.apart && theirs.answer && answer.settled;
  at("comparison-note").textContent = apart ? fill(words.comparison_note, { year }) : words.nothing_apart;
  at("comparison").parentElement.hidden = !apart;
  if (apart) drawComparison(at("comparison"), page, answer, theirs.answer, year);
}

// ---- buttons

function link() {
  return write(state, { scenario: page.scenario, lang: page.lang, year, pins: pins.slice(1) });
}

async function download(id) {
  const box = at("exported");
  box.textContent = page.words.downloading;
  try {
    const got = await ask(`api/export/${id}`, { state, lang: page.lang }, { as: "file" });
    const file = /filename="([^"]+)"/.exec(got.headers.get("Content-Disposition"))[1];
    const address = URL.createObjectURL(await got.blob());
    made("a", { href: address, download: file }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    box.textContent = fill(page.words.downloaded, { file });
  } catch (error) {
    box.textContent = "";
    trouble(error);
  }
}

function trouble(error) {
  const lang = page ? page.lang : document.documentElement.lang;
  const lost = page ? page.words.lost : at("lost").textContent;
  if (!(error instanceof Refusal) && !(error instanceof TypeError)) console.error(error);
  at("trouble").textContent = error instanceof Refusal ? error.say(lang).join("\n") : lost;
}

// No answer to where the page stands: said on top and, where bars are why, beside them.
function refused(error, move) {
  if (move !== moves) return;
  trouble(error);
  if (error instanceof Refusal && error.projects.length) plan.refuse(error);
  at("pin").disabled = true;
}

function accept() {
  at("trouble").textContent = "";
  at("pin").disabled = false;
  plan.accept();
}

at("growth").addEventListener("change", () => {
  state.changes = state.changes.filter((name) => !page.growth.some((one) => one.id === name));
  if (at("growth").value) state.changes.push(at("growth").value);
  moved();
});
at("others").addEventListener("change", (event) => {
  state.changes = state.changes.filter((name) => name !== event.target.value);
  if (event.target.checked) state.changes.push(event.target.value);
  moved();
});
function choosePolicy(id) {
  state.policy = id;
  moved();
}

at("policy").addEventListener("change", () => choosePolicy(at("policy").value));
at("year").addEventListener("input", () => setYear(at("year").valueAsNumber));
at("reset").addEventListener("click", () => {
  state = copyOf(START);
  moved();
});
at("pin").addEventListener("click", () => {
  if (pins.length >= COLOURS.length) {
    at("said").textContent = page.words.pins_full;
    return;
  }
  const name = fill(page.words.pin_default, { letter: "ABCDEFGH"[pins.length - 1] });
  const settled = answer && answer.settled && same(answeredState, state);
  addPin(name, copyOf(state), settled ? answer : null);
  at("said").textContent = fill(page.words.pinned, { name });
  drawPins();
  if (settled) drawSlowly();
});
at("copy").addEventListener("click", async () => {
  history.replaceState(null, "", link());
  try {
    await navigator.clipboard.writeText(location.href);
    at("said").textContent = page.words.copied;
  } catch {
    at("said").textContent = page.words.not_copied;
  }
});
at("against").addEventListener("change", () => {
  against = Number(at("against").value);
  put("released");
});
at("controls").addEventListener("submit", (event) => event.preventDefault());
for (const button of document.querySelectorAll("[data-lang]")) {
  button.addEventListener("click", () => {
    if (page) history.replaceState(null, "", link());
    start(button.dataset.lang);
  });
}
new ResizeObserver(() => {
  const widths = charts.map((entry) => entry.svg.clientWidth);
  charts.forEach((entry, place) => entry.chart.resize(widths[place]));
  if (answer && !frame) frame = requestAnimationFrame(drawAll);
}).observe(at("charts"));
// What sticks below the answer must know how high it is.
new ResizeObserver(() => document.documentElement.style.setProperty("--answered", `${at("answer").offsetHeight}px`)).observe(at("answer"));

takeToken();
start(new URLSearchParams(location.hash.replace(/^#/, "")).get("lang") === "en" ? "en" : "nb");
