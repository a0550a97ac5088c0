// What every page here does: a request, then a message whose echo becomes the title.
import { wsClient } from "@ws-kit/client/zod";
import { Add, Say } from "./messages.js";

const asked = new URLSearchParams(location.search).get("ws");
const client = wsClient({ url: asked ?? location.origin.replace("http", "ws") + "/ws" });
client.onError((error) => console.error(error.message));
client.on(Say, ({ payload }) => {
  document.title = payload.text;
});
client.request(Add, { a: 1, b: 2 }).then(({ payload }) => client.send(Say, { text: `sum ${payload.sum}` }));
