// The plan as a whole: its bars, why a position cannot be, what was moved in words, and the finder of what must wait.

import { copyOf, same } from "./link.js";
import { number } from "./numbers.js";
import { Timeline, drawPlaces } from "./projects.js";
import { Refusal, ask } from "./server.js";
import { made } from "./view.js";

const at = (id) => document.getElementById(id);
const CALM = 600; // milliseconds after the last move until it is said what was moved

export class Plan {
  // `state()` is where the page stands, `moved()` is told when its projects were moved, `trouble` what went wrong.
  constructor(page, state, moved, trouble) {
    Object.assign(this, { page, state, moved, trouble, answer: null, refused: null, found: null });
    at("plan").hidden = !page.projects.length;
    this.timeline = new Timeline(at("timeline"), page, (id, change) => this.move(id, change));
    this.chosen = false; // whether somebody has chosen a ceiling
    at("bar-said").textContent = "";
    at("ceiling").oninput = () => (this.chosen = true);
    at("order").onsubmit = (event) => {
      event.preventDefault();
      this.find();
    };
    this.accept();
    this.showFound();
  }

  move(id, change) {
    const { projects } = this.state();
    if (change) projects[id] = { ...projects[id], ...change };
    else delete projects[id];
    const now = projects[id];
    const unmoved = this.answer?.unmoved_projects[id];
    if (now && unmoved) {
      for (const key of Object.keys(now)) if (now[key] === unmoved[key]) delete now[key];
      if (!Object.keys(now).length) delete projects[id];
    }
    this.moved();
    this.saySoon([id]);
  }

  // Put every bar where the state has it; `answer` is the last one.
  show(answer) {
    this.answer = answer;
    this.timeline.show(this.state(), answer, this.refused?.projects || []);
    this.showEarlier();
    if (!this.chosen && answer?.settled) at("ceiling").value = answer.ceiling;
  }

  drawPlaces(answer) {
    if (answer.places.length) drawPlaces(at("places"), this.page, answer);
  }

  // ---- what was moved, said once

  saySoon(ids) {
    clearTimeout(this.later);
    this.toSay = new Set([...(this.toSay || []), ...ids]);
    this.later = setTimeout(() => {
      at("bar-said").textContent = [...this.toSay].map((id) => this.timeline.inWords(id)).join(". ");
      this.toSay = null;
    }, CALM);
  }

  // ---- a position that cannot be

  refuse(error) {
    const { lang, words } = this.page;
    this.refused = error;
    const parts = error.say(lang).map((line) => made("p", { textContent: line }));
    if (Object.keys(error.follow).length) {
      parts.push(made("button", { type: "button", textContent: words.follow, onclick: () => this.lay(error.follow) }));
    }
    at("refused").replaceChildren(...parts);
    this.mark();
  }

  accept() {
    this.refused = null;
    at("refused").replaceChildren();
    this.mark();
  }

  mark() {
    at("refused").hidden = at("stale").hidden = true;
    document.body.classList.toggle("refused", Boolean(this.refused));
    if (!this.refused) return;
    at("refused").hidden = at("stale").hidden = false;
    this.show(this.answer);
  }

  // Move several projects at once.
  lay(changes) {
    const { projects } = this.state();
    for (const [id, change] of Object.entries(changes)) projects[id] = { ...projects[id], ...change };
    const first = Object.keys(changes)[0];
    this.moved();
    this.saySoon(Object.keys(changes));
    if (at("refused").contains(document.activeElement)) this.timeline.focus(first);
  }

  // ---- what must wait so that the debt ratio stays below a ceiling; laid over the plan

  async find() {
    const [ceiling, confidence] = ["ceiling", "confidence"].map((id) => at(id).valueAsNumber);
    const button = at("order").querySelector("button");
    const { page } = this;
    const from = copyOf(this.state());
    this.chosen = true;
    button.disabled = true;
    this.found = null;
    at("ordered").replaceChildren(made("p", { className: "small", textContent: page.words.order_looking }));
    try {
      const found = await ask("api/prioritise", { state: from, ceiling, confidence, lang: page.lang });
      if (page.lang !== document.documentElement.lang) return;
      const still = same(from, this.state());
      if (still && found.moves) this.lay(found.projects);
      this.found = { said: found.said, moves: found.moves, state: still ? copyOf(this.state()) : from };
      this.showFound();
    } catch (error) {
      at("ordered").replaceChildren();
      if (!(error instanceof Refusal)) return this.trouble(error);
      at("ordered").replaceChildren(...error.say(page.lang).map((line) => made("p", { textContent: line })));
    } finally {
      button.disabled = false;
    }
  }

  showFound() {
    const { found } = this;
    if (!found) return at("ordered").replaceChildren();
    const [first, ...rest] = found.said;
    const moves = found.moves ? rest.slice(0, found.moves) : [];
    const line = (textContent) => made("p", { textContent });
    this.earlier = made("p", { className: "earlier", textContent: this.page.words.order_earlier, hidden: true });
    at("ordered").replaceChildren(
      this.earlier,
      made("p", { className: "first", textContent: first }),
      ...(moves.length ? [made("ul", {}, moves.map((textContent) => made("li", { textContent })))] : []),
      ...rest.slice(moves.length).map(line),
    );
    this.showEarlier();
  }

  showEarlier() {
    if (this.found && this.earlier) this.earlier.hidden = same(this.found.state, this.state());
  }
}

// The moved projects of a state, for the list of pinned alternatives.
export function projectsInWords(page, of) {
  return Object.entries(of.projects).map(([id, moved]) => {
    const name = page.projects.find((one) => one.id === id).label;
    if (moved.dropped) return `${name}: ${page.words.project_off}`;
    return [name, moved.start, moved.scale && `${number(100 * moved.scale, 0)} %`].filter(Boolean).join(" ");
  });
}
