import { message } from "@ws-kit/core/protocol";
import { expect, test } from "vitest";
import { createRig, useWorld } from "../../test/rig.ts";

useWorld();

const Say = message.fromClient("SAY");
const Said = message.fromServer("SAID");

test("a message of the other direction is neither sent nor handled", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const heard: unknown[] = [];
  const wrong = { said: Said as unknown as typeof Say, say: Say as unknown as typeof Said };
  rig.client.on(wrong.say, (received) => heard.push(received));
  rig.client.on(Said, (received) => heard.push(received));
  expect(rig.client.send(wrong.said)).toBe(false);
  expect(rig.client.send(Say)).toBe(true);
  await expect(rig.client.request(wrong.said, undefined, Said)).rejects.toThrow("Only servers send SAID");
  socket.read();
  expect(rig.network.received).toMatchObject([{ type: "SAY" }]);
  socket.deliver({ type: "SAY" });
  socket.deliver({ type: "SAID" });
  expect(heard).toMatchObject([{ type: "SAID" }]);
  expect(rig.errors).toMatchObject([
    { type: "invalid", message: "SAID", error: { message: "Only servers send SAID" } },
    { type: "validation", message: "SAY", error: { message: "Only clients send SAY" } },
  ]);
});
