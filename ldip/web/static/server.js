// Questions to the server. Of simulations one is under way at a time, and the latest one asked for wins.

const TOKEN = "ldip-token";
const client = Math.random().toString(36).slice(2);

// The token of this start stands in the address that ldip web prints; keep it out of sight and for copied links.
export function takeToken() {
  const words = new URLSearchParams(location.hash.replace(/^#/, ""));
  const token = words.get("token");
  if (!token) return;
  localStorage.setItem(TOKEN, token);
  words.delete("token");
  history.replaceState(null, "", `#${words}`);
}

export class Refusal extends Error {
  // Where bars of the plan stand in the way, the lines name their `projects`, and `follow` is how others must move.
  constructor(status, lines, follow = {}) {
    super(lines.map((line) => line.nb).join("\n"));
    Object.assign(this, { status, lines, follow });
  }

  get projects() {
    return this.lines.flatMap((line) => line.projects || []);
  }

  say(lang) {
    return this.lines.map((line) => line[lang] || line.nb);
  }
}

export async function ask(path, body, { as = "json", who = client } = {}) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Ldip-Token": localStorage.getItem(TOKEN) || "", "X-Ldip-Client": who },
    body: JSON.stringify(body),
  });
  if (!answer.ok) {
    const told = await answer.json().catch(() => ({ errors: [] }));
    throw new Refusal(answer.status, told.errors || [], told.follow);
  }
  return as === "json" ? answer.json() : answer;
}

export const other = (name) => `${client} ${name}`;

export class Simulations {
  // `take` gets every answer with the question it is to and what was noted with it; `fail` what went wrong.
  constructor(take, fail) {
    Object.assign(this, { take, fail, waiting: null, under: null });
  }

  put(question, note) {
    this.waiting = { question, note };
    // One of many runs is given up for a newer question; one of few is nearly there.
    if (!this.under || this.under.question.runs === "released") this.next();
  }

  async next() {
    const mine = this.waiting;
    if (!mine) return;
    this.waiting = null;
    this.under = mine;
    try {
      const answer = await ask("api/simulate", mine.question);
      if (this.under === mine) this.under = null;
      this.next();
      this.take(answer, mine.question, mine.note);
    } catch (error) {
      if (this.under === mine) this.under = null;
      if (!(error instanceof Refusal && error.status === 409)) this.fail(error, mine.note);
      if (!this.under) this.next();
    }
  }
}
