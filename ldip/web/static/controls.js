// A control of the page: a number, a slider and what they mean.

import { fill } from "./numbers.js";
import { made } from "./view.js";

// `set(id, value)` moves the control, null puts it back; `typed` is told when a number has been typed.
export function controlBox(control, words, set, typed) {
  const number = made("input", { type: "number", id: `${control.id}-number`, min: control.low, max: control.high, step: "any" });
  const slider = made("input", { type: "range", id: control.id, min: control.low, max: control.high, step: control.step });
  slider.setAttribute("aria-label", fill(words.slider, { label: control.label }));
  for (const input of [number, slider]) input.setAttribute("aria-describedby", `${control.id}-unit ${control.id}-note`);
  const undo = made("button", { type: "button", className: "undo", textContent: "↺", hidden: true });
  undo.setAttribute("aria-label", fill(words.reset_one, { label: control.label }));
  undo.title = fill(words.reset_one, { label: control.label });
  const move = (input) => {
    const value = input.valueAsNumber;
    if (!(value >= control.low && value <= control.high)) return;
    set(control.id, value);
  };
  slider.addEventListener("input", () => move(slider));
  number.addEventListener("input", () => move(number));
  number.addEventListener("change", () => typed());
  undo.addEventListener("click", () => {
    slider.focus();
    set(control.id, null);
  });
  return made("div", { className: "control", id: `${control.id}-control` }, [
    made("div", { className: "row" }, [
      made("label", { htmlFor: number.id, textContent: control.label }),
      made("span", { className: "set" }, [undo, number, made("span", { className: "unit", id: `${control.id}-unit`, textContent: control.unit })]),
    ]),
    slider,
    made("p", { className: "note" }, [
      made("span", { id: `${control.id}-note`, textContent: control.note }),
      made("span", { id: `${control.id}-reading` }),
    ]),
  ]);
}
