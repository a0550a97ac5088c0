import { contract, message, rpc, topic, z } from "@ws-kit/zod";
import { describe, expect, it, test } from "vitest";
import { diffContracts } from "./contracts.ts";

type Parts = Parameters<typeof contract>[0];

const json = (parts: Parts, options?: Parameters<typeof contract>[1]) =>
  contract(parts, options).toJSON((schema, io) => z.toJSONSchema(schema as unknown as z.ZodType, { io }));

/** The changes as one reads them, those that break marked. */
const told = (old: Parts, now: Parts) =>
  diffContracts(json(old), json(now)).map(({ breaking, path, text }) => `${breaking ? "! " : ""}${path} ${text}`);

const one = { a: z.string() };
const few = { a: z.enum(["x"]) };
const many = { a: z.enum(["x", "y"]) };
const optional = { a: z.string().optional() };

describe("who sends it decides what breaks", () => {
  // A change of what is sent, and whether it breaks what a client sends, what a server sends, and what both do.
  const rows: [what: string, old: z.core.$ZodShape, now: z.core.$ZodShape, client: boolean, server: boolean][] = [
    ["a property that has to be there", {}, one, true, false],
    ["a property that may be there", {}, optional, false, false],
    ["a property that is gone and had to be there", one, {}, false, true],
    ["a property that is gone", optional, {}, false, false],
    ["a property that has to be there now", optional, one, true, false],
    ["a property that may be left out now", one, optional, false, true],
    ["a value more", few, many, false, true],
    ["a value less", many, few, true, false],
    ["a type more", one, { a: z.string().nullable() }, false, true],
    ["a limit", one, { a: z.string().max(5) }, true, false],
    ["another type", one, { a: z.number() }, true, true],
    ["nothing", one, one, false, false],
  ];
  const breaks = (old: Parts, now: Parts) => diffContracts(json(old), json(now)).some(({ breaking }) => breaking);

  test.each(rows)("%s", (_, old, now, client, server) => {
    const M = (shape: z.core.$ZodShape, make: (type: string, shape: z.core.$ZodShape) => unknown) =>
      ({ M: make("M", shape) }) as Parts;
    const sent = (make: never) => breaks(M(old, make), M(now, make));
    expect(sent(message.fromClient as never)).toBe(client);
    expect(sent(message.fromServer as never)).toBe(server);
    expect(sent(message as never)).toBe(client || server);

    // An rpc is sent by clients; what comes of it, by the server.
    expect(breaks({ R: rpc("R", old, "A", {}) }, { R: rpc("R", now, "A", {}) })).toBe(client);
    expect(breaks({ R: rpc("R", {}, "A", old) }, { R: rpc("R", {}, "A", now) })).toBe(server);
    const reports = (progress: z.core.$ZodShape) => ({ R: rpc("R", {}, "A", {}, { progress }) });
    expect(breaks(reports(old), reports(now))).toBe(server);
    const fails = (shape: z.core.$ZodShape) => ({ R: rpc("R", {}, "A", {}, { errors: { NOT_FOUND: shape } }) });
    expect(breaks(fails(old), fails(now))).toBe(server);
    const flows = (stream: { fromClient?: z.core.$ZodShape; fromServer?: z.core.$ZodShape }) => ({
      R: rpc("R", {}, "A", {}, { stream }),
    });
    expect(breaks(flows({ fromClient: old }), flows({ fromClient: now }))).toBe(client);
    expect(breaks(flows({ fromServer: old }), flows({ fromServer: now }))).toBe(server);
    // One that servers ask, the other way round.
    const { fromServer: asks } = rpc;
    expect(breaks({ R: asks("R", old, "A", {}) }, { R: asks("R", now, "A", {}) })).toBe(server);
    expect(breaks({ R: asks("R", {}, "A", old) }, { R: asks("R", {}, "A", now) })).toBe(client);
    const tells = (progress: z.core.$ZodShape) => ({ R: asks("R", {}, "A", {}, { progress }) });
    expect(breaks(tells(old), tells(now))).toBe(client);
    const refuses = (shape: z.core.$ZodShape) => ({ R: asks("R", {}, "A", {}, { errors: { NOT_FOUND: shape } }) });
    expect(breaks(refuses(old), refuses(now))).toBe(client);
    const meta = (shape: z.core.$ZodShape) => ({ M: message.fromClient("M", {}, { meta: shape }) });
    expect(breaks(meta(old), meta(now))).toBe(client);
  });

  it("is strict where the receiver is", () => {
    const strict = (shape: z.core.$ZodShape) => ({ M: message.fromServer("M", z.strictObject(shape)) });
    expect(told(strict({}), strict(optional))).toEqual(["! M.payload.a is new"]);
    const sent = (shape: z.core.$ZodShape) => ({ M: message.fromClient("M", z.strictObject(shape)) });
    expect(told(sent(optional), sent({}))).toEqual(["! M.payload.a is gone"]);
  });
});

const Join = message.fromClient("JOIN", one);
const Said = message.fromServer("SAID", one);
const Typed = message("TYPED");
const Import = rpc("IMPORT", one, "IMPORTED", one);
const Room = topic("room:{id}", [Said]);
const present = (
  shape: z.core.$ZodShape,
  more: { fromServer?: boolean; graceMs?: number; maxMembers?: number; key?: string } = {},
) => topic("room:{id}", [Said], { presence: { state: z.object(shape), ...more } });

test.each<[old: Parts, now: Parts, changes: string[]]>([
  [{ Join, Said, Import, Room }, { Room, Import, Said, Join }, []],
  // Parts that come and go.
  [{ Join }, { Join, Said, Import }, ["Import is new", "Said is new"]],
  [{ Join, Said, Import }, { Join }, ["! Import is gone", "! Said is gone"]],
  [{ Join }, { Enter: Join }, ["Join is called Enter now"]],
  [{ Join }, { Join: message.fromClient("ENTER", one) }, ["! Join has the type ENTER now, was JOIN"]],
  [{ A: Join, B: Said }, { A: Said, B: Join }, ["A is called B now", "B is called A now"]],
  [{ Join, Said }, { Join: Said }, ["! Join is gone", "Said is called Join now"]],
  [{ Join }, { Join: rpc("JOIN", one, "JOINED", one) }, ["! Join is an rpc now"]],
  [{ Join: rpc("JOIN", one, "JOINED", one) }, { Join }, ["! Join is no rpc any more"]],
  // Directions.
  [{ Typed: message.fromClient("TYPED") }, { Typed }, ["Typed.from is either now, was client"]],
  [{ Typed: message.fromServer("TYPED") }, { Typed }, ["Typed.from is either now, was server"]],
  [{ Typed }, { Typed: message.fromClient("TYPED") }, ["! Typed.from is client now, was either"]],
  [{ Typed }, { Typed: message.fromServer("TYPED") }, ["! Typed.from is server now, was either"]],
  [
    { Typed: message.fromClient("TYPED") },
    { Typed: message.fromServer("TYPED") },
    ["! Typed.from is server now, was client"],
  ],
  // What only the one end sends from now on has to be understood by the other one alone.
  [
    { Typed: message.fromClient("TYPED", many) },
    { Typed: message("TYPED", { a: z.enum(["x", "y", "z"]) }) },
    ["Typed.from is either now, was client", 'Typed.payload.a may be "z" now'],
  ],
  // Payloads that are there or not.
  [{ M: message.fromClient("M") }, { M: message.fromClient("M", {}) }, ["! M.payload is new"]],
  [{ M: message.fromClient("M", {}) }, { M: message.fromClient("M") }, ["M.payload is gone"]],
  [{ M: message.fromServer("M") }, { M: message.fromServer("M", {}) }, ["M.payload is new"]],
  [{ M: message.fromServer("M", {}) }, { M: message.fromServer("M") }, ["! M.payload is gone"]],
  [{ Join }, { Join: message.fromClient("JOIN", one, { meta: optional }) }, ["Join.meta.a is new"]],
  [{ Join }, { Join: message.fromClient("JOIN", one, { meta: one }) }, ["! Join.meta.a is new, and required"]],
  // Requests.
  [{ Import }, { Import: rpc("IMPORT", one, "ROWS", one) }, ["! Import.response.type is ROWS now, was IMPORTED"]],
  [
    { Import },
    { Import: rpc("IMPORT", one, "IMPORTED", one, { errors: { NOT_FOUND: one }, progress: one }) },
    ["Import.errors.NOT_FOUND is new", "Import.progress is new"],
  ],
  [
    { Import: rpc("IMPORT", one, "IMPORTED", one, { errors: { NOT_FOUND: one }, progress: one }) },
    { Import },
    ["Import.errors.NOT_FOUND is gone", "Import.progress is gone"],
  ],
  [
    { Import },
    { Import: rpc("IMPORT", one, "IMPORTED", one, { idempotent: true }) },
    ["Import.idempotent may be sent twice now"],
  ],
  [
    { Import: rpc("IMPORT", one, "IMPORTED", one, { idempotent: true }) },
    { Import },
    ["! Import.idempotent may not be sent twice any more"],
  ],
  // Topics.
  [{ Said, Room }, { Said }, ["! Room is gone"]],
  [{ Said }, { Said, Room }, ["Room is new"]],
  [{ Room }, { Room: topic("rooms:{id}", [Said]) }, ["! Room.pattern is rooms:{id} now, was room:{id}"]],
  [{ Room }, { Room: topic("room:{roomId}", [Said]) }, ["Room.pattern is room:{roomId} now, was room:{id}"]],
  [{ Room }, { Hall: Room }, ["Room is called Hall now"]],
  [{ Room }, { Room: topic("room:{id}", [Said, Typed]) }, ["Room.carries has TYPED now"]],
  [{ Room: topic("room:{id}", [Said, Typed]) }, { Room }, ["! Room.carries has TYPED no more"]],
  [{ Room }, { Room: topic("room:{id}", [Said], { history: {} }) }, ["Room.history is new"]],
  [{ Room: topic("room:{id}", [Said], { history: {} }) }, { Room }, ["! Room.history is gone"]],
  [
    { Room: topic("room:{id}", [Said], { history: { size: 1 } }) },
    { Room: topic("room:{id}", [Said], { history: {} }) },
    [],
  ],
  [{ Room }, { Room: present(one) }, ["Room.presence is new"]],
  [{ Room: present(one) }, { Room }, ["! Room.presence is gone"]],
  [{ Room: present(one) }, { Room: present(one, { graceMs: 1, maxMembers: 5, key: "a" }) }, []],
  // What a client says of itself is shown to others.
  [{ Room: present(few) }, { Room: present(many) }, ['! Room.presence.state.a may be "y" now']],
  [{ Room: present(many) }, { Room: present(few) }, ['! Room.presence.state.a may not be "y" any more']],
  [
    { Room: present(many, { fromServer: true }) },
    { Room: present(few, { fromServer: true }) },
    ['Room.presence.state.a may not be "y" any more'],
  ],
  [
    { Room: present(one) },
    { Room: present(one, { fromServer: true }) },
    ["! Room.presence.fromServer is set now: clients say nothing of themselves any more"],
  ],
  [
    { Room: present(one, { fromServer: true }) },
    { Room: present(one) },
    ["Room.presence.fromServer is not set any more"],
  ],
])("%#: a contract changes", (old, now, changes) => {
  expect(told(old, now)).toEqual(changes);
});

test("its name and version may change", () => {
  expect(diffContracts(json({ Join }, { version: "1" }), json({ Join }, { version: "2", name: "Chat" }))).toEqual([
    { breaking: false, path: "(name)", text: "is Chat now" },
    { breaking: false, path: "(version)", text: "is 2 now, was 1" },
  ]);
});

test("a stream that comes or goes breaks", () => {
  const plain = { R: rpc("R", {}, "A", {}) };
  const down = { R: rpc("R", {}, "A", {}, { stream: { fromServer: one } }) };
  const both = { R: rpc("R", {}, "A", {}, { stream: { fromClient: one, fromServer: one } }) };
  expect(told(plain, down)).toEqual(["! R.stream.fromServer is new"]);
  expect(told(both, down)).toEqual(["! R.stream.fromClient is gone"]);
  expect(told(down, down)).toEqual([]);
});
