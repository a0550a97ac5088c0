import { createRouter, contract, message, topic, z } from "@ws-kit/zod";
import { expect, it } from "vitest";
import { catalogue } from "./send.ts";

const Join = message("JOIN", { room: z.string() });
const Noted = message.fromServer("NOTED", { text: z.string() });
const Moved = message.fromServer("MOVED", { x: z.number() });
const Warned = message.fromServer("WARNED", { text: z.string() });
const Given = message.fromServer("GIVEN");
const Notes = topic("notes:{id}", [Noted]);
const Board = topic("board:{id}", [Moved, Noted]);

it("knows what is handled, and what is sent by the topics and contracts of a router and those merged into it", () => {
  const inner = createRouter().topic(Board, { authorize: () => true });
  const router = createRouter({ topics: [Notes] })
    .provides(contract({ Join, Warned }))
    .on(Join, () => {})
    .merge(inner);
  expect(router.sends()).toEqual([Noted, Join, Warned, Moved]);
  expect([...catalogue(router, [Given]).keys()].toSorted()).toEqual(["GIVEN", "JOIN", "MOVED", "NOTED", "WARNED"]);
});
