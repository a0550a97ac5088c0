import { ServerError, wsClient } from "@ws-kit/client/zod";
import { Present, Say, Spoken, Welcome, type Entry } from "../messages.ts";

const query = new URLSearchParams(location.search);
const name = query.get("name") ?? prompt("Your name?") ?? "";
const room = query.get("room") ?? "lobby";

function element(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`The page has no ${selector}`);
  return found;
}

const list = element("#messages");
const state = element("#state");
const people = element("#people");
const input = element("input") as HTMLInputElement;

const url = new URL(`/rooms/${encodeURIComponent(room)}?${new URLSearchParams({ name }).toString()}`, location.href);
url.protocol = url.protocol.replace("http", "ws");
const client = wsClient({ url: url.href, autoConnect: true, heartbeat: { intervalMs: 25_000 } });

function show({ from, text, at }: Entry): void {
  const item = document.createElement("li");
  const time = document.createElement("time");
  time.textContent = new Date(at).toLocaleTimeString();
  const who = document.createElement("strong");
  who.textContent = from;
  item.append(time, " ", who, ` ${text}`);
  list.append(item);
  item.scrollIntoView();
}

function showPeople(names: readonly string[]): void {
  people.textContent = `Here: ${names.join(", ")}`;
}

client.onState((now) => (state.textContent = now));
client.on(Welcome, ({ payload }) => {
  element("h1").textContent = payload.room;
  list.replaceChildren();
  for (const entry of payload.history) show(entry);
  showPeople(payload.names);
});
client.on(Spoken, ({ payload }) => show(payload));
client.on(Present, ({ payload }) => showPeople(payload.names));

element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value;
  input.value = "";
  client.request(Say, { text }).then(
    (answer) => show(answer.payload),
    (error: unknown) => {
      // What could not be said is not lost.
      input.value = text;
      state.textContent = error instanceof ServerError ? error.message : String(error);
    },
  );
});
