// Fan charts, drawn in place as SVG. A chart keeps its elements and only moves them.

import { number } from "./numbers.js";

const NS = "http://www.w3.org/2000/svg";
const LEFT = 44, RIGHT = 10, TOP = 12, BOTTOM = 22, HEIGHT = 170;

export function element(name, attributes = {}, parent = null) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (parent) parent.append(made);
  return made;
}

// Round steps for an axis from low to high.
function ticks(low, high, wanted) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const found = [];
  for (let i = Math.floor(low / step); i <= Math.ceil(high / step); i++) found.push(i * step);
  return { step, found };
}

export class FanChart {
  constructor(svg, metric, years, choose) {
    Object.assign(this, { svg, metric, years, range: null, width: 0 });
    this.grid = element("g", { class: "grid" }, svg);
    this.wide = element("path", { class: "wide" }, svg);
    this.half = element("path", { class: "half" }, svg);
    this.pins = element("g", {}, svg);
    this.baseline = element("path", { class: "baseline" }, svg);
    this.median = element("path", { class: "median" }, svg);
    this.limits = element("g", {}, svg);
    const here = element("g", { class: "here" }, svg);
    this.guide = element("line", {}, here);
    this.dot = element("circle", { r: 4 }, here);
    const pick = (event) => {
      const box = svg.getBoundingClientRect();
      const part = (event.clientX - box.left - LEFT) / (this.width - LEFT - RIGHT);
      const place = Math.round(part * (years.length - 1));
      choose(years[Math.min(Math.max(place, 0), years.length - 1)]);
    };
    svg.addEventListener("click", pick);
  }

  // The width is only read when it changes: reading it between drawings would lay the page out anew each time.
  resize(width) {
    this.width = width || 300;
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${HEIGHT}`);
  }

  // Draw an answer. While a slider moves (settled = false) the axis only grows, so that what moves is the figure.
  draw(answer, pins, year, settled) {
    Object.assign(this, { answer, drawn: pins, year });
    const own = answer.metrics[this.metric.id];
    const limits = answer.thresholds[this.metric.id] || [];
    const factor = this.metric.factor;
    let low = Infinity, high = -Infinity;
    const see = (values) => {
      for (const value of values) {
        if (value === null) continue;
        low = Math.min(low, value * factor);
        high = Math.max(high, value * factor);
      }
    };
    [own.p05, own.p95, own.baseline].forEach(see);
    limits.forEach((limit) => see(limit.values));
    pins.forEach((pin) => [pin.metrics[this.metric.id].p05, pin.metrics[this.metric.id].p95].forEach(see));
    if (high - low < 1e-9) high = low + 1;
    if (!settled && this.range) {
      low = Math.min(low, this.range.low);
      high = Math.max(high, this.range.high);
    }
    this.range = { low, high };
    if (!this.width) this.resize(this.svg.clientWidth);
    this.axes(low, high);
    const path = (values) => "M" + values.map((v, t) => `${this.x(t)} ${this.y(v * factor)}`).join("L");
    const band = (lower, upper) => `${path(upper)}L${path(lower).slice(1).split("L").reverse().join("L")}Z`;
    this.wide.setAttribute("d", band(own.p05, own.p95));
    this.half.setAttribute("d", band(own.p25, own.p75));
    this.median.setAttribute("d", path(own.p50));
    this.baseline.setAttribute("d", path(own.baseline));
    this.pins.replaceChildren();
    for (const pin of pins) {
      const of = pin.metrics[this.metric.id];
      for (const [name, edge] of [["p05", true], ["p95", true], ["p50", false]]) {
        const line = element("path", { class: edge ? "pinned-edge" : "pinned", d: path(of[name]), stroke: pin.colour }, this.pins);
        line.setAttribute("stroke-dasharray", edge ? "1 3" : pin.dashes);
      }
    }
    this.limits.replaceChildren();
    for (const limit of limits) {
      const group = element("g", { class: "limit" }, this.limits);
      const since = limit.values.findIndex((value) => value !== null);
      const left = since ? this.x(since) : LEFT;
      const place = this.y(limit.values[since] * factor);
      const steps = limit.values.slice(since + 1).map((value, t) => `H${this.x(since + 1 + t)}V${this.y(value * factor)}`);
      element("path", { d: `M${left} ${place}${steps.join("")}H${this.width - RIGHT}`, fill: "none" }, group);
      const above = place - this.y(own.p50[since] * factor); // room between the line and where the median begins
      const text = element("text", { x: left + 2, y: above > -2 && above < 18 && place < HEIGHT - BOTTOM - 12 ? place + 11 : place - 4 }, group);
      text.textContent = `${limit.label} ${number(limit.values[since] * factor, 2, true)}`;
    }
    this.point(year);
  }

  // Mark a year.
  point(year) {
    this.year = year;
    const t = this.years.indexOf(year);
    const x = this.x(t);
    for (const [key, value] of Object.entries({ x1: x, x2: x, y1: TOP, y2: HEIGHT - BOTTOM })) this.guide.setAttribute(key, value);
    this.dot.setAttribute("cx", x);
    this.dot.setAttribute("cy", this.y(this.answer.metrics[this.metric.id].p50[t] * this.metric.factor));
  }

  axes(low, high) {
    const { step, found } = ticks(low, high, 4);
    this.bottom = Math.min(found[0], low);
    this.top = Math.max(found.at(-1), high);
    const key = [step, found[0], found.length, this.width].join(" ");
    if (key === this.axesKey) return;
    this.axesKey = key;
    this.grid.replaceChildren();
    const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
    for (const value of found) {
      const y = this.y(value);
      element("line", { x1: LEFT, x2: this.width - RIGHT, y1: y, y2: y }, this.grid);
      element("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, this.grid).textContent = number(value, decimals);
    }
    const every = this.years.length > 12 ? 5 : this.years.length > 6 ? 2 : 1;
    this.years.forEach((year, t) => {
      if (t % every && t !== this.years.length - 1) return;
      if (t !== this.years.length - 1 && this.years.length - 1 - t < every / 2) return;
      element("text", { x: this.x(t), y: HEIGHT - 6, "text-anchor": "middle" }, this.grid).textContent = year;
    });
  }

  x(t) {
    return Math.round(10 * (LEFT + (t / Math.max(this.years.length - 1, 1)) * (this.width - LEFT - RIGHT))) / 10;
  }

  y(value) {
    const part = (value - this.bottom) / (this.top - this.bottom);
    return Math.round(10 * (HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP))) / 10;
  }
}

// A small sample of a line or band for a legend.
export function sample(shapes) {
  const svg = element("svg", { viewBox: "0 0 28 12", "aria-hidden": "true" });
  for (const [name, attributes] of shapes) element(name, attributes, svg);
  return svg;
}
