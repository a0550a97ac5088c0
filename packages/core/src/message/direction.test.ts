import { expect, it, vi } from "vitest";
import { bench, errorOf, memoryLogger } from "../../test/harness.ts";
import { createRouter } from "../router/create-router.ts";
import { message, rpc } from "./standard.ts";

const Say = message.fromClient("SAY");
const Said = message.fromServer("SAID");
const Ping = message("PING");
const Ask = rpc("ASK", undefined, "ANSWER");

it("is part of a definition", () => {
  expect([Say.from, Said.from, Ping.from]).toEqual(["client", "server", undefined]);
});

it("is held to where messages are handled", () => {
  const router = createRouter();
  expect(() => router.on(Said as never, () => {})).toThrow('"SAID" is sent by servers alone');
  expect(() => router.rpc(Said as never, (() => {}) as never)).toThrow('"SAID" is sent by servers alone');
  expect(() => rpc("ASK", undefined, Say as never)).toThrow("SAY is sent by clients");
});

it("is held to where they are sent, and onError hears of it", async () => {
  const errors: string[] = [];
  const sent: unknown[] = [];
  const router = createRouter({ logger: memoryLogger() })
    .onError((error) => void errors.push(error.message))
    .on(Say, async (ctx) => {
      const wrong = [Say, Ask] as unknown as [typeof Ping, typeof Ping];
      sent.push(ctx.send(wrong[0]), ctx.send(wrong[1]), await ctx.publish("room", wrong[0]));
      ctx.send(Said);
    });
  const peer = bench(router).connect();
  peer.message("SAY");
  await vi.waitFor(() => expect(peer.socket.take()).toMatchObject([{ type: "SAID" }]));
  expect(sent).toMatchObject([false, false, { ok: false }]);
  expect(errors).toEqual([
    '"SAY" is sent by clients alone',
    '"ASK" is an rpc: clients ask it, router.rpc() answers it',
    '"SAY" is sent by clients alone',
  ]);
});

it("leaves a message of the other direction unimplemented", () => {
  const peer = bench(createRouter()).connect();
  peer.message("SAID");
  expect(errorOf(peer.socket.take()[0]).code).toBe("UNIMPLEMENTED");
});

it("what clients send overflows at no server", () => {
  expect(() => message.fromClient("MOVE", undefined, { overflow: "drop" } as never)).toThrow(
    new TypeError("MOVE is sent by clients, and overflow is of what servers send"),
  );
  expect(message.fromServer("MOVED", undefined, { overflow: "drop" })).toMatchObject({ type: "MOVED" });
});
