// The investment plan: a bar for each project, moved with mouse, finger or keyboard, switched off or scaled.

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
      const shown = t % 5 === 0 || t === page.years.length - 1;
      if (shown) axis.append(made("span", { textContent: year, style: `left: ${this.part(year)}%` }));
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
    const name = made("label", { htmlFor: on.id, textContent: project.label, title: project.about });
    const scale = made("input", { type: "number", min: 20, max: 300, step: 10 });
    scale.setAttribute("aria-label", fill(words.project_scale, { name: project.label }));
    scale.addEventListener("change", () => {
      const value = scale.valueAsNumber;
      if (value >= 20 && value <= 300) this.move(project.id, { scale: value / 100 });
    });
    const undo = made("button", { type: "button", className: "undo", textContent: "↺", hidden: true });
    undo.setAttribute("aria-label", fill(words.reset_one, { label: project.label }));
    undo.addEventListener("click", () => this.move(project.id, null));
    const bar = made("div", { className: `bar ${project.kind}` });
    const ghost = made("div", { className: "ghost" });
    const opens = made("div", { className: "opens", title: words.project_opens });
    const track = made("div", { className: "track" }, [ghost, bar, opens]);
    const row = made("div", { className: "project", id: `project-${project.id}` }, [
      made("span", { className: "who" }, [on, name, undo, scale, made("span", { className: "unit", textContent: "%" })]),
      track,
    ]);
    const parts = { project, row, on, scale, undo, bar, ghost, opens, track, start: project.start };
    this.rows.set(project.id, parts);
    if (project.movable) this.listen(parts);
    else bar.classList.add("fixed");
    return row;
  }

  listen(parts) {
    const { project, bar, track } = parts;
    const { years } = this.page;
    bar.tabIndex = 0;
    bar.setAttribute("role", "slider");
    bar.setAttribute("aria-label", fill(this.page.words.project_bar, { name: project.label }));
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
      bar.setPointerCapture(event.pointerId);
      bar.focus({ preventScroll: true });
      const from = { x: event.clientX, start: parts.start, width: track.clientWidth / years.length };
      const drag = (moved) => to(from.start + Math.round((moved.clientX - from.x) / from.width));
      const end = () => bar.removeEventListener("pointermove", drag);
      bar.addEventListener("pointermove", drag);
      bar.addEventListener("pointerup", end, { once: true });
      bar.addEventListener("pointercancel", end, { once: true });
      event.preventDefault();
    });
  }

  // Put every bar where the state has it; `answer` says what is built and when it opens.
  show(state, answer) {
    const { words } = this.page;
    for (const parts of this.rows.values()) {
      const { project, row, on, scale, undo, bar, ghost, opens } = parts;
      const moved = state.projects[project.id];
      const found = answer?.projects[project.id] ?? project;
      parts.start = moved?.start ?? found.start;
      const opening = found.opens + parts.start - found.start;
      const percent = Math.round(100 * (moved?.scale ?? found.scale));
      on.checked = !(moved?.dropped ?? found.dropped);
      if (scale !== document.activeElement) scale.value = percent;
      undo.hidden = !moved;
      row.classList.toggle("moved", Boolean(moved));
      row.classList.toggle("off", !on.checked || !found.built);
      this.place(bar, parts.start, project.duration);
      this.place(ghost, project.start, project.duration);
      ghost.hidden = parts.start === project.start;
      opens.style.left = `${Math.min(this.part(opening), 99.5)}%`;
      opens.hidden = opening < this.page.years[0] || opening > this.page.years.at(-1);
      const cost = project.cost ? number((project.cost * percent) / 100, 0) : "–";
      const said = fill(words.project_said, { start: parts.start, opens: opening, cost });
      bar.setAttribute("aria-valuenow", parts.start);
      bar.setAttribute("aria-valuetext", on.checked ? said : `${words.project_off}. ${said}`);
      bar.title = `${project.label}. ${said}`;
    }
  }

  place(node, start, duration) {
    const { years } = this.page;
    const [low, high] = [Math.max(start, years[0]), Math.min(start + duration, years.at(-1) + 1)];
    node.style.left = `${this.part(low)}%`;
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
