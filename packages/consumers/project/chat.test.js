import { wsClient } from "@ws-kit/client/zod";
import { createTestServer } from "@ws-kit/testing";
import { expect, test } from "@jest/globals";
import { Add, Say } from "./messages.js";
import { createChat } from "./router.js";

test("a page is tested without a network, under jest with jsdom", async () => {
  const server = createTestServer(createChat());
  globalThis.WebSocket = server.WebSocket;
  document.body.innerHTML = "<p></p>";
  const client = wsClient({ url: "ws://localhost/ws" });
  const shown = new Promise((resolve) => {
    client.on(Say, ({ payload }) => {
      document.querySelector("p").textContent = payload.text;
      resolve();
    });
  });
  const { payload } = await client.request(Add, { a: 1, b: 2 });
  client.send(Say, { text: `sum ${payload.sum}` });
  await shown;
  expect(document.querySelector("p").textContent).toBe("sum 3");
  expect(server.errors).toEqual([]);
  await client.close();

  const fake = await server.connect();
  expect((await fake.request(Add, { a: 2, b: 2 })).payload).toEqual({ sum: 4 });
  await expect(fake.request(Add, { a: "2" })).rejects.toMatchObject({ name: "ServerError", code: "INVALID_ARGUMENT" });
});
