// What an answer looks like: the figures on top, the rules year by year, the comparison, the tables behind charts.

import { fill, percent, plusMinus, shown, signed } from "./numbers.js";
import { sample } from "./charts.js";

export function made(name, properties = {}, children = []) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in node && key !== "list") node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

function cells(kind, texts) {
  return texts.map((text) => made(kind, { textContent: text }));
}

function headed(texts, scope = "col") {
  return texts.map((text) => made("th", { scope, textContent: text }));
}

// ---- the answer on top

export class Answer {
  constructor(box, page) {
    this.page = page;
    this.parts = new Map();
    box.replaceChildren();
    for (const { id } of page.answer) {
      const label = [...page.metrics, ...page.events].find((one) => one.id === id).label;
      const part = {
        value: made("p", { className: "value" }),
        more: made("p", { className: "more" }),
        apart: made("p", { className: "apart" }),
      };
      box.append(made("div", { className: "answered", id: `answer-${id}` }, [made("h3", { textContent: label }), part.value, part.more, part.apart]));
      this.parts.set(id, part);
    }
  }

  draw(answer, year, against) {
    const { page } = this;
    const words = page.words;
    const t = page.years.indexOf(year);
    for (const { id, figure } of page.answer) {
      const part = this.parts.get(id);
      if (figure === "in_year") {
        const chance = answer.events[id];
        this.value(part, `${percent(chance.in_year[t], 1)}\u00a0%`, plusMinus(100 * chance.in_year_error[t], 1));
        part.more.textContent = fill(words.ever, { year, value: `${percent(chance.so_far[t], 1)}\u00a0%` });
        const apart = answer.apart?.events[id];
        this.apart(part, apart && 100 * apart.in_year[t], apart && 100 * apart.in_year_error[t], 1, words.short_points, "low", against);
      } else {
        const metric = page.metrics.find((one) => one.id === id);
        const own = answer.metrics[id];
        const high = figure === "p95";
        const [value, error] = [own[figure][t], own.errors[figure][t]];
        const unit = metric.factor === 100 ? "\u00a0%" : high ? "" : `\u00a0${metric.unit}`;
        this.value(part, shown(value, metric) + unit, plusMinus(error * metric.factor, metric.decimals));
        if (high) {
          const share = answer.metrics.restructuring_need_share;
          part.more.textContent = fill(words.need_more, {
            unit: metric.unit,
            median: shown(own.p50[t], metric),
            share: percent(share.p95[t], 1),
          });
        } else {
          part.more.textContent = fill(words.nine_of_ten, { low: shown(own.p05[t], metric), high: shown(own.p95[t], metric) });
        }
        const apart = answer.apart?.metrics[id];
        const scaled = (name) => apart && apart[name][t] * metric.factor;
        const decimals = metric.decimals;
        this.apart(part, scaled("mean"), scaled("error"), decimals, metric.factor === 100 ? words.short_points : words.need_apart, metric.better, against);
      }
    }
  }

  value(part, text, error) {
    part.value.replaceChildren(text, " ", made("small", { textContent: error.replaceAll(" ", "\u00a0") }));
  }

  apart(part, difference, error, decimals, unit, better, against) {
    part.apart.className = "apart";
    part.apart.title = fill(this.page.words.against, { name: against });
    if (difference === undefined) {
      part.apart.textContent = "";
      return;
    }
    const certain = Math.abs(difference) > 2 * (error || 0) && Math.abs(difference) >= 0.5 * 10 ** -decimals;
    if (certain) part.apart.classList.add(difference > 0 === (better === "high") ? "better" : "worse");
    part.apart.textContent = `${signed(difference, decimals)} ${unit} ${plusMinus(error, decimals)}`.replace(/ (?=[±<\d])/g, "\u00a0");
  }
}

// ---- probabilities year by year

export function drawRules(table, page, answer, year) {
  const last = page.years.length - 1;
  const every = page.years.length > 12 ? 5 : page.years.length > 6 ? 2 : 1;
  const kind = (t) => (t % every && t !== last && page.years[t] !== year ? "minor" : "") + (page.years[t] === year ? " now" : "");
  const same = table.rows.length && table.dataset.lang === page.lang;
  if (!same) {
    table.dataset.lang = page.lang;
    const head = made("thead", {}, [made("tr", {}, headed([page.words.event, ...page.years]))]);
    const body = page.events.map((event) => {
      const row = made("tr", {}, [made("th", { scope: "row", textContent: event.label, title: event.source })]);
      row.append(...page.years.map(() => made("td")));
      return row;
    });
    table.replaceChildren(head, made("tbody", {}, body));
  }
  const years = table.tHead.rows[0].cells;
  const kinds = page.years.map((_, t) => kind(t));
  const moved = table.dataset.year !== String(year) || !same;
  table.dataset.year = year;
  if (moved) kinds.forEach((name, t) => (years[t + 1].className = name));
  page.events.forEach((event, place) => {
    const row = table.tBodies[0].rows[place].cells;
    answer.events[event.id].in_year.forEach((p, t) => {
      const cell = row[t + 1];
      if (moved) cell.className = kinds[t];
      const text = percent(p);
      if (cell.textContent === text) return;
      cell.textContent = text;
      // At most two thirds of the red, so that the ink on it stays legible.
      cell.style.backgroundColor = `color-mix(in srgb, #a33a2a ${Math.round(65 * p)}%, white)`;
    });
  });
}

export function largestError(answer) {
  return Math.max(...Object.values(answer.events).flatMap((chance) => chance.in_year_error));
}

// ---- the table behind a chart

export function drawTable(table, page, metric, answer) {
  const own = answer.metrics[metric.id];
  const names = ["p05", "p25", "p50", "p75", "p95"];
  const head = headed([page.words.year, "5 %", "25 %", page.words.median, "75 %", "95 %", page.words.error, page.words.legend_baseline]);
  const rows = page.years.map((year, t) =>
    made("tr", {}, [
      ...headed([year], "row"),
      ...cells("td", names.map((name) => shown(own[name][t], metric))),
      ...cells("td", [shown(own.errors.p50[t], metric), shown(own.baseline[t], metric)]),
    ]),
  );
  table.replaceChildren(
    made("caption", { textContent: `${metric.label}, ${metric.unit}` }),
    made("thead", {}, [made("tr", {}, head)]),
    made("tbody", {}, rows),
  );
}

// ---- the comparison

export function drawComparison(table, page, mine, theirs, year) {
  const { words } = page;
  const t = page.years.indexOf(year);
  const columns = [words.figure, words.here, words.there, words.apart, "±", words.lower, words.equal];
  const rows = [];
  const group = (text) => rows.push(made("tr", { className: "group" }, [made("th", { scope: "colgroup", colSpan: columns.length, textContent: text })]));
  group(`${words.median}; ${words.apart.toLowerCase()}: ${words.mean}`);
  for (const metric of page.metrics) {
    const apart = mine.apart?.metrics[metric.id];
    const values = [mine, theirs].map((of) => shown(of.metrics[metric.id].p50[t], metric));
    const differences = apart
      ? [
          signed(apart.mean[t] * metric.factor, metric.decimals),
          plusMinus(apart.error[t] * metric.factor, metric.decimals),
          `${percent(apart.lower[t])}\u00a0%`,
          `${percent(apart.equal[t])}\u00a0%`,
        ]
      : ["", "", "", ""];
    rows.push(made("tr", {}, [...headed([`${metric.label}, ${metric.unit}`], "row"), ...cells("td", [...values, ...differences])]));
  }
  group(`${words.probability}, ${page.words.per_cent}`);
  for (const event of page.events) {
    const apart = mine.apart?.events[event.id];
    const values = [mine, theirs].map((of) => percent(of.events[event.id].in_year[t], 1));
    const differences = apart ? [signed(100 * apart.in_year[t], 1), plusMinus(100 * apart.in_year_error[t], 1)] : ["", ""];
    rows.push(made("tr", {}, [...headed([event.label], "row"), ...cells("td", [...values, ...differences, "", ""])]));
  }
  table.replaceChildren(made("thead", {}, [made("tr", {}, headed(columns))]), made("tbody", {}, rows));
}

// ---- the legend

export function drawLegend(box, page, pins) {
  const { words } = page;
  const line = (more) => ["line", { x1: 0, x2: 28, y1: 6, y2: 6, ...more }];
  const band = (name) => ["rect", { class: name, x: 0, y: 0, width: 28, height: 12 }];
  const entries = [
    [line({ class: "median" }), words.legend_median],
    [band("half"), words.legend_half],
    [band("wide"), words.legend_wide],
    [line({ class: "baseline" }), words.legend_baseline],
    [line({ stroke: "#a33a2a" }), words.legend_threshold],
    ...pins.map((pin) => [line({ class: "pinned", stroke: pin.colour, "stroke-dasharray": pin.dashes }), pin.name]),
  ];
  box.replaceChildren(...entries.map(([shape, text]) => made("span", {}, [sample([shape]), text])));
}
