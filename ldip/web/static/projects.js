// The bars of the investment plan, a row for each project: moved with mouse, finger or keyboard, switched off or scaled.

import { fill, number } from "./numbers.js";
import { made } from "./view.js";

const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -5, PageUp: 5 };

export class Timeline {
  // `move(id, change)` is told what is moved: {start}, {scale} or {dropped}; null puts a project back.
  constructor(box, page, move) {
    Object.assign(this, { box, page, move, rows: new Map() });
    const axis = made("div", { className: "axis" });
    axis.setAttribute("aria-hidden", "true");
    page.years.forEach((year, t) => {
      const last = t === page.years.length - 1;
      if (!last && (t % 5 || t > page.years.length - 3)) return;
      const shown = made("span", { textContent: year, className: last ? "last" : "" });
      if (!last) shown.style.left = `${this.part(year)}%`;
      axis.append(shown);
    });
    const head = made("div", { className: "project head" }, [made("span"), axis]);
    box.replaceChildren(head, ...page.projects.map((project) => this.row(project)));
  }

  part(year) {
    const { years } = this.page;
    return (100 * (year - years[0])) / years.length;
  }

  row(project) {
    const { words } = this.page;
    const on = made("input", { type: "checkbox", id: `built-${project.id}` });
    on.addEventListener("change", () => this.move(project.id, { dropped: !on.checked }));
    const name = made("label", { htmlFor: on.id, textContent: project.label, title: `${project.label} (${project.about})` });
    const scale = made("input", { type: "number", min: 20, max: 300, step: 10 });
    scale.setAttribute("aria-label", fill(words.project_scale, { name: project.label }));
    scale.addEventListener("change", () => {
      const value = scale.valueAsNumber;
      if (value >= 20 && value <= 300) this.move(project.id, { scale: value / 100 });
    });
    const undo = made("button", { type: "button", className: "undo", textContent: "↺", hidden: true });
    undo.setAttribute("aria-label", fill(words.reset_one, { label: project.label }));
    undo.addEventListener("click", () => {
      this.move(project.id, null);
      this.focus(project.id);
    });
    const bar = made("div", { className: `bar ${project.kind}` });
    const span = made("div", { className: "span" });
    const ghost = made("div", { className: "ghost" });
    const opens = made("div", { className: "opens", title: words.project_opens });
    const before = project.movable ? "" : `${words.project_opens} ${project.opens}`;
    const track = made("div", { className: "track" }, [span, ghost, bar, opens]);
    // What is built before the first year has no room for a bar: when it opens is said beside.
    if (before && project.start + project.duration <= this.page.years[0]) track.append(made("span", { className: "before", textContent: before }));
    const row = made("div", { className: "project", id: `project-${project.id}` }, [
      made("span", { className: "who" }, [on, name, undo, scale, made("span", { className: "unit", textContent: "%" })]),
      track,
    ]);
    const parts = { project, row, on, scale, undo, bar, ghost, opens, track, start: project.start };
    this.rows.set(project.id, parts);
    this.allow(span, project);
    if (!project.cost) {
      scale.disabled = true;
      scale.title = words.project_no_cost;
    }
    if (project.movable) this.listen(parts);
    else {
      bar.classList.add("fixed");
      bar.setAttribute("role", "img");
      for (const input of [on, scale]) {
        input.disabled = true;
        input.title = fill(words.project_fixed, { why: project.fixed });
      }
    }
    return row;
  }

  // Where the bar may stand: from the earliest start to the end of what starts at the latest.
  allow(span, { start, earliest, latest, duration, movable }) {
    const { years } = this.page;
    span.hidden = !movable || !(earliest || latest);
    const [low, high] = [earliest || start, latest || years.at(-1)];
    this.place(span, low, high - low + duration);
  }

  listen(parts) {
    const { project, bar, track } = parts;
    const { years } = this.page;
    bar.tabIndex = 0;
    bar.setAttribute("role", "slider");
    bar.setAttribute("aria-valuemin", years[0]);
    bar.setAttribute("aria-valuemax", years.at(-1));
    const to = (start) => {
      const within = Math.min(Math.max(start, years[0]), years.at(-1));
      if (within === parts.start) return;
      parts.start = within;
      this.move(project.id, { start: within });
    };
    bar.addEventListener("keydown", (event) => {
      if (event.key === "Home") this.move(project.id, null);
      else if (event.key in STEPS) to(parts.start + STEPS[event.key]);
      else return;
      event.preventDefault();
    });
    bar.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      bar.setPointerCapture(event.pointerId);
      bar.focus({ preventScroll: true });
      const from = { x: event.clientX, start: parts.start, width: track.clientWidth / years.length };
      const drag = (moved) => to(from.start + Math.round((moved.clientX - from.x) / from.width));
      const ends = ["pointerup", "pointercancel"];
      const end = () => {
        bar.removeEventListener("pointermove", drag);
        for (const name of ends) bar.removeEventListener(name, end);
      };
      bar.addEventListener("pointermove", drag);
      for (const name of ends) bar.addEventListener(name, end);
      event.preventDefault();
    });
  }

  focus(id) {
    this.rows.get(id).bar.focus();
  }

  // Put every bar where the state has it; `answer` says what is built and when it opens, `clash` who cannot be there.
  show(state, answer, clash) {
    this.shown = { state, answer };
    for (const parts of this.rows.values()) {
      const { project, row, on, scale, undo, bar, ghost, opens } = parts;
      const stands = this.standing(project);
      parts.start = stands.start;
      on.checked = stands.on;
      if (scale !== document.activeElement) scale.value = stands.percent;
      undo.hidden = !stands.moved;
      row.classList.toggle("moved", stands.moved);
      row.classList.toggle("off", !stands.built);
      row.classList.toggle("clash", clash.includes(project.id));
      const outside = this.outside(project, stands);
      bar.classList.toggle("outside", Boolean(outside));
      this.place(bar, stands.start, project.duration);
      this.place(ghost, project.start, project.duration);
      ghost.hidden = stands.start === project.start;
      opens.style.left = `${Math.min(this.part(stands.opens), 99.5)}%`;
      opens.hidden = stands.opens < this.page.years[0] || stands.opens > this.page.years.at(-1);
      this.say(parts, stands, outside);
    }
  }

  // Where a project stands now; what is not known before the next answer is what it was.
  standing(project) {
    const { state, answer } = this.shown;
    const moved = state.projects[project.id];
    const found = answer?.unmoved_projects[project.id] ?? project;
    const start = moved?.start ?? found.start;
    const on = !(moved?.dropped ?? found.dropped);
    return {
      moved: Boolean(moved),
      start,
      opens: found.opens + start - found.start,
      percent: Math.round(100 * (moved?.scale ?? found.scale)),
      on,
      built: on && (answer?.projects[project.id] ?? project).built,
    };
  }

  // What to say of a bar outside of the years in which it may start.
  outside({ movable, earliest, latest }, { start }) {
    const { words } = this.page;
    if (!movable) return "";
    if (earliest && start < earliest) return fill(words.project_early, { year: earliest });
    return latest && start > latest ? fill(words.project_late, { year: latest }) : "";
  }

  say({ project, bar }, stands, outside) {
    const { words } = this.page;
    const cost = project.cost
      ? fill(words.project_cost, { cost: number((project.cost * stands.percent) / 100, 0) })
      : words.project_no_cost;
    const built = stands.built ? words.project_on : words.project_off;
    const said = [fill(words.project_said, { start: stands.start, opens: stands.opens, cost }), built, outside, project.fixed];
    const text = said.filter(Boolean).join("; ");
    bar.title = `${project.label}. ${text}`;
    if (project.movable) {
      bar.setAttribute("aria-label", fill(words.project_bar, { name: project.label }));
      bar.setAttribute("aria-valuenow", stands.start);
      bar.setAttribute("aria-valuetext", text);
    } else bar.setAttribute("aria-label", bar.title);
  }

  // What became of a project, in words.
  inWords(id) {
    const { words } = this.page;
    const { project } = this.rows.get(id);
    const stands = this.standing(project);
    if (!stands.on) return `${project.label}: ${words.project_off}`;
    const scaled = stands.percent === 100 ? "" : `${number(stands.percent, 0)} %`;
    const text = fill(words.project_moved, { name: project.label, start: stands.start, opens: stands.opens });
    return [text, scaled, this.outside(project, stands)].filter(Boolean).join("; ");
  }

  place(node, start, duration) {
    const { years } = this.page;
    const end = years.at(-1) + 1;
    const low = Math.min(Math.max(start, years[0]), end);
    const high = Math.max(Math.min(start + duration, end), low);
    node.style.left = `${Math.min(this.part(low), 99.2)}%`;
    node.style.width = `${Math.max((100 * (high - low)) / years.length, 0.8)}%`;
  }
}

// Places that no project covers, by service and year of the users.
export function drawPlaces(table, page, answer) {
  const { words } = page;
  const head = made("tr", {}, [words.places_service, ...page.years].map((text) => made("th", { scope: "col", textContent: text })));
  const body = answer.places.map((service) => {
    const most = Math.max(1, ...service.lacking.map((value) => value ?? 0));
    const row = made("tr", {}, [made("th", { scope: "row", textContent: service.label })]);
    service.lacking.forEach((value) => {
      const cell = made("td", { textContent: value === null ? "" : number(value, 0) });
      if (value > 0) cell.style.backgroundColor = `color-mix(in srgb, #a33a2a ${Math.round((55 * value) / most)}%, white)`;
      row.append(cell);
    });
    return row;
  });
  table.replaceChildren(made("thead", {}, [head]), made("tbody", {}, body));
}
