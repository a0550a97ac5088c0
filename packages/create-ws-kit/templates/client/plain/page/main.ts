import { Rename, Said, Say } from "../src/messages.ts";
import { client } from "./client.ts";

const find = (selector: string) => document.querySelector(selector) as Element;
const inputOf = (form: string) => find(`${form} input`) as HTMLInputElement;
const status = find("[role=status]");

client.onState((state) => (status.textContent = state));
client.onError((error) => (status.textContent = error.message));

client.on(Said, ({ payload }) => {
  const item = document.createElement("li");
  item.textContent = `${payload.from}: ${payload.text}`;
  find("ul").prepend(item);
});

find("#say").addEventListener("submit", (event) => {
  event.preventDefault();
  client.send(Say, { text: inputOf("#say").value });
  inputOf("#say").value = "";
});

find("#rename").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { payload } = await client.request(Rename, { name: inputOf("#rename").value });
  status.textContent = `You are ${payload.name}`;
});

await client.connect();
