import { expect, it } from "vitest";
import { bench, fields } from "../../test/harness.ts";
import { checkContract } from "../adapter/check-contract.ts";
import { createRouter } from "../router/create-router.ts";
import { contract } from "./contract.ts";
import { prefixed } from "./prefixed.ts";
import { message, rpc } from "./standard.ts";
import { topic } from "./topic.ts";

const Join = message.fromClient("JOIN", fields({ room: "string" }));
const Said = message.fromServer("SAID");
const Import = rpc("IMPORT", undefined, "IMPORTED", fields({ rows: "number" }), {
  errors: { NOT_FOUND: fields({ file: "string" }) },
});
const Room = topic("room:{roomId}", [Said]);
const Chat = contract({ Join, Said, Import, Room }, { name: "Chat", version: "2" });
const convert = () => ({ type: "object" });

it("that a router provides in part is named when it is served", () => {
  const router = createRouter()
    .provides(Chat)
    .on(Join, () => {});
  expect(() => bench(router)).toThrow("contract Chat: nothing handles IMPORT");
  expect(() => checkContract(router, Chat)).toThrow("nothing handles IMPORT");
  router.merge(createRouter().rpc(Import, () => ({ rows: 1 })));
  expect(() => bench(router)).not.toThrow();
  expect(() => checkContract(createRouter(), contract({ Said, Room }))).not.toThrow();
});

it("is handled as a whole", () => {
  const heard: unknown[] = [];
  const router = createRouter().handle(Chat, {
    Join: (ctx) => void heard.push(ctx.payload),
    Import: () => ({ rows: 1 }),
  });
  const peer = bench(router).connect();
  peer.message("JOIN", { room: "a" });
  peer.message("IMPORT", undefined, { correlationId: "1" });
  expect(heard).toEqual([{ room: "a" }]);
  expect(peer.socket.take()).toMatchObject([{ type: "IMPORTED", payload: { rows: 1 } }]);
  expect(() => createRouter().handle(Chat, { Join: () => {} } as never)).toThrow(
    "Import of the contract has no handler",
  );
  expect(() => createRouter().handle(Chat, { Join: () => {}, Import: () => {}, Said: () => {} } as never)).toThrow(
    "Said is nothing in the contract",
  );
});

it("refuses what is no definition, and two of one type", () => {
  expect(() => contract({ Join: {} as never })).toThrow("Join of the contract is neither a message nor a topic");
  expect(() => contract({ Join, Again: message("JOIN") })).toThrow("Join and Again of the contract are both JOIN");
});

it("is plain data in an order of its own", () => {
  const json = Chat.toJSON(convert);
  expect(json).toEqual({
    name: "Chat",
    version: "2",
    messages: [
      {
        name: "Import",
        type: "IMPORT",
        kind: "rpc",
        from: "client",
        response: { type: "IMPORTED", payload: { type: "object" } },
        errors: { NOT_FOUND: { type: "object" } },
      },
      { name: "Join", type: "JOIN", kind: "message", from: "client", payload: { type: "object" } },
      { name: "Said", type: "SAID", kind: "message", from: "server" },
    ],
    topics: [{ name: "Room", pattern: "room:{roomId}", carries: ["SAID"] }],
  });
  const again = contract({ Room, Import, Said, Join }, { version: "2", name: "Chat" });
  expect(JSON.stringify(again.toJSON(convert))).toBe(JSON.stringify(json));
  expect(() => Chat.toJSON()).toThrow(/^Import of the contract is not JSON Schema: .*give toJSON\(\) a converter/);
});

it("says of a topic that it is recorded, and what is said of who is there", () => {
  const state = fields({ idle: "string" });
  const Hall = topic("hall", [], { history: {}, presence: { state } });
  const Desk = topic("desk", [], { presence: { state, fromServer: true } });
  expect(contract({ Hall, Desk }).toJSON(convert).topics).toEqual([
    { name: "Desk", pattern: "desk", carries: [], presence: { state: { type: "object" }, fromServer: true } },
    { name: "Hall", pattern: "hall", carries: [], history: true, presence: { state: { type: "object" } } },
  ]);
  expect(() => contract({ Hall }).toJSON()).toThrow(/^Hall of the contract is not JSON Schema/);
});

it("says of an rpc that it may be sent twice, and nothing of one that may not", () => {
  const twice = contract({ A: rpc("A", undefined, "B", undefined, { idempotent: true }), C: Import });
  expect(twice.toJSON(convert).messages.map(({ idempotent }) => idempotent)).toEqual([true, undefined]);
});

it("that is provided in part is named by a listener that nobody else reaches, too", () => {
  expect(() => bench(createRouter().provides(Chat), { apart: true })).toThrow(
    "contract Chat: nothing handles JOIN, IMPORT",
  );
});

it("has another half for a mounted router", () => {
  const List = prefixed("admin.", Join);
  expect(List.type).toBe("admin.JOIN");
  const inner = createRouter();
  const heard: unknown[] = [];
  inner.on(Join, (ctx) => void heard.push(ctx.payload));
  const peer = bench(createRouter().mount("admin.", inner)).connect();
  peer.message(List.type, { room: "a" });
  expect(heard).toEqual([{ room: "a" }]);
  expect(List["~standard"].validate({ type: "admin.JOIN", payload: { room: "a" } })).toMatchObject({
    value: { type: "admin.JOIN" },
  });
  expect(() => prefixed("$ws:", Join)).toThrow(TypeError);
});

it("says nothing of the details of an error that is declared without any", () => {
  const Vote = rpc("VOTE", undefined, "VOTED", undefined, { errors: { ALREADY_EXISTS: undefined } });
  expect(contract({ Vote }).toJSON(convert).messages[0]?.errors).toEqual({ ALREADY_EXISTS: {} });
});
