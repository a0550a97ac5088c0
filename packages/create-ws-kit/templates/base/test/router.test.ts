import { createTestServer } from "@ws-kit/testing";
import { expect, test } from "vitest";
import { Rename, Said, Say } from "../src/messages.ts";
import { router } from "../src/router.ts";

test("everybody hears what one says, under the new name", async () => {
  const server = createTestServer(router);
  const ada = await server.connect({ data: { name: "Guest 1" } });
  const bob = await server.connect({ data: { name: "Guest 2" } });

  expect((await ada.request(Rename, { name: "Ada" })).payload).toEqual({ name: "Ada" });
  ada.send(Say, { text: " Hello " });

  for (const one of [ada, bob]) expect((await one.expect(Said)).payload).toEqual({ from: "Ada", text: "Hello" });
  await server.stop();
});

test("nothing is said to nobody", async () => {
  const server = createTestServer(router);
  const ada = await server.connect({ data: { name: "Ada" } });
  ada.send(Say, { text: "" });
  expect(await ada.expectError()).toMatchObject({ code: "INVALID_ARGUMENT" });
  await server.stop();
});
