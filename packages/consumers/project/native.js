// A script for React Native: what it finds out goes to the function `tell`.
import { wsClient } from "@ws-kit/client/zod";
import { Add, Count, Say } from "./messages.js";

const client = wsClient({ url: URL_OF_SERVER, share: true, heartbeat: {} });
client.onError((error) => tell("error", error.message));
client.on(Say, ({ payload }) => tell("said", payload.text));

async function run() {
  const { payload } = await client.request(Add, { a: 1, b: 2 });
  client.send(Say, { text: `sum ${payload.sum}` });
  const abort = new AbortController();
  const counting = client.stream(Count, { to: 3 }, { signal: abort.signal });
  for await (const { n } of counting) tell("counted", n);
  tell("result", (await counting.result).payload.to);
  const second = client.stream(Count, { to: 3 }, { signal: abort.signal });
  second.result.catch((error) => tell("aborted", error.name));
  abort.abort();
  await second.result.catch(() => {});
  await client.close();
  tell("state", client.state);
}
run().then(
  () => tell("end"),
  (error) => tell("end", String(error)),
);
