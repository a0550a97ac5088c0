import type { Filter, Look, Seen } from "../wire.ts";
import { ask } from "./ask.ts";
import { Charts } from "./charts.ts";
import { Connections } from "./connections.ts";
import { el, say } from "./dom.ts";
import { Errors } from "./errors.ts";
import { Frames } from "./frames.ts";
import { Requests } from "./requests.ts";
import { Send } from "./send.ts";
import { Topics } from "./topics.ts";
import type { PageView, Shell } from "./view.ts";

/** Milliseconds between two looks, and while nobody sees the page. */
const LOOK_MS = 250;
const HIDDEN_MS = 2_000;

const shell: Shell = {
  frames(filter: Filter) {
    open(frames);
    frames.narrow(filter);
  },
  connections(filter: Filter) {
    open(connections);
    connections.narrow(filter, shell);
  },
  sendTo(to) {
    open(sending);
    sending.sendTo(to);
  },
  refresh: () => soon(),
};

const connections = new Connections(shell);
const topics = new Topics(shell);
const frames = new Frames(shell);
const requests = new Requests(shell);
const charts = new Charts();
const errors = new Errors(shell);
const sending = new Send();
const views: readonly PageView[] = [connections, topics, frames, requests, charts, errors, sending];

const state = el("span", { class: "state", role: "status" }, "connecting");
const figure = (name: string): readonly [HTMLElement, HTMLElement] => {
  const value = el("b", {}, "0");
  return [el("span", { class: "figure" }, value, ` ${name}`), value];
};
const [inFigure, inValue] = figure("in/s");
const [outFigure, outValue] = figure("out/s");
const [lateFigure, lateValue] = figure("p95");
const record = el("button", { onclick: () => void toggle() }, "Record");
const download = el("a", { href: "session.jsonl", download: "session.jsonl", hidden: true }, "session.jsonl");

const counts = new Map<PageView, HTMLElement>();
const tabs = views.map((view) => {
  const count = el("span", { class: "count" });
  counts.set(view, count);
  return el(
    "button",
    { role: "tab", id: `tab-${view.view}`, "aria-controls": `view-${view.view}`, onclick: () => open(view) },
    view.title,
    count,
  );
});
const nav = el("nav", {}, el("div", { role: "tablist", "aria-label": "Views", onkeydown: move }, ...tabs));
const main = el("main");
document.body.append(
  el(
    "header",
    {},
    el("h1", {}, "WS-Kit devtools"),
    state,
    inFigure,
    outFigure,
    lateFigure,
    el("span", { class: "space" }),
    download,
    record,
  ),
  nav,
  main,
);
for (const view of views) {
  view.element.id = `view-${view.view}`;
  view.element.setAttribute("role", "tabpanel");
  view.element.setAttribute("aria-labelledby", `tab-${view.view}`);
  main.append(view.element);
}

let shown: PageView = connections;
let second = 0;
let recording = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let looking = false;
let again = false;

function open(view: PageView): void {
  shown = view;
  for (const [index, other] of views.entries()) {
    const isShown = other === view;
    other.element.hidden = !isShown;
    tabs[index]?.setAttribute("aria-selected", String(isShown));
    tabs[index]?.setAttribute("tabindex", isShown ? "0" : "-1");
  }
  history.replaceState(undefined, "", `#${view.view}`);
  view.opened?.();
  soon();
}

/** Arrow keys go from tab to tab. */
function move({ key }: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[key];
  const next = step === undefined ? undefined : views[(views.indexOf(shown) + step + views.length) % views.length];
  if (next === undefined) return;
  open(next);
  tabs[views.indexOf(next)]?.focus();
}

/** Asks now, or when the answer that is awaited has come. */
function soon(): void {
  again = looking;
  if (looking) return;
  clearTimeout(timer);
  void look();
}

async function look(): Promise<void> {
  looking = true;
  const view = shown;
  try {
    const asked: Look = { view: view.view, second, ...view.look() };
    show(await ask<Seen>("look", asked), view);
  } catch (error) {
    say(state, `away: ${(error as Error).message}`);
    state.classList.add("away");
  }
  looking = false;
  if (again) return soon();
  timer = setTimeout(() => void look(), document.hidden ? HIDDEN_MS : LOOK_MS);
}

function show(seen: Seen, view: PageView): void {
  say(state, seen.listeners === 0 ? "not served yet" : "live");
  state.classList.remove("away");
  const last = seen.points.at(-1);
  if (last !== undefined) {
    second = last.second;
    say(inValue, last.in.toLocaleString("en"));
    say(outValue, last.out.toLocaleString("en"));
    say(lateValue, last.p95 === null ? "–" : `${last.p95.toFixed(last.p95 < 10 ? 1 : 0)} ms`);
    charts.add(seen.points);
  }
  say(counts.get(connections), seen.connections.toLocaleString("en"));
  say(counts.get(topics), seen.topics.toLocaleString("en"));
  say(counts.get(errors), seen.errors === 0 ? "" : seen.errors.toLocaleString("en"));
  recording = seen.recording !== null;
  say(record, recording ? `Stop (${seen.recording?.frames.toLocaleString("en")} frames)` : "Record");
  // Meanwhile another view may have been opened, or its filter changed.
  if (view === shown && !again) view.show(seen);
}

async function toggle(): Promise<void> {
  await ask(recording ? "stop" : "record");
  download.hidden = !recording;
  soon();
}

document.addEventListener("visibilitychange", () => soon());
open(views.find(({ view }) => `#${view}` === location.hash) ?? connections);
