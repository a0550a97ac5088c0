import { wsClient } from "@ws-kit/client/zod";
import { Add, Say } from "./messages.js";

const client = wsClient({ url: location.origin.replace("http", "ws") + "/ws" });
client.on(Say, ({ payload }) => postMessage(payload.text));
client.request(Add, { a: 1, b: 2 }).then(({ payload }) => client.send(Say, { text: `sum ${payload.sum}` }));
