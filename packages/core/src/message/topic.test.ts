import { describe, expect, it } from "vitest";
import { createRouter } from "../router/create-router.ts";
import { message, rpc } from "./standard.ts";
import { topic } from "./topic.ts";
import { overlap } from "./topic-pattern.ts";

const Said = message.fromServer("SAID");
const Room = topic("room:{roomId}", [Said]);

describe("a family of topics", () => {
  it("names its topics, and finds their parameters again", () => {
    expect(Room({ roomId: "lobby" })).toBe("room:lobby");
    expect(Room({ roomId: 7 })).toBe("room:7");
    expect(Room.match("room:7")).toEqual({ roomId: "7" });
    expect(Room.pattern).toBe("room:{roomId}");
    expect(Room.messages).toEqual([Said]);
    expect(topic("lobby", [Said])()).toBe("lobby");
  });

  it.each(["1:admin", "1/2", "ä b", "%41", "a{b}", "\u0000", "1.2-3_4~5", "😀"])(
    "lets %j stand for itself alone",
    (roomId) => {
      const name = Room({ roomId });
      expect(Room.match(name)).toEqual({ roomId });
      expect(name.slice("room:".length)).toMatch(/^[\w.~%-]+$/);
      expect(topic("room:{a}:{b}", [Said]).match(name)).toBeUndefined();
      const Seat = topic("seat.{row}-{n}", [Said]);
      expect(Seat.match(Seat({ row: roomId, n: "x-y.z" }))).toEqual({ row: roomId, n: "x-y.z" });
    },
  );

  it.each(["room:", "room:a:b", "lobby", "room:%31", "room:%zz", "room:%e4", "xroom:1", "room:a b", "room:1\n"])(
    "does not take %j for its own",
    (name) => {
      expect(Room.match(name)).toBeUndefined();
    },
  );

  it("refuses parameters that are missing or empty, and lone surrogates", () => {
    expect(() => Room({ roomId: "" })).toThrow("roomId of the topic room:{roomId} is empty");
    expect(() => Room({} as never)).toThrow("roomId of the topic room:{roomId} is missing");
    expect(() => Room({ roomId: "\ud800" })).toThrow(URIError);
  });

  it.each(["", "{a}{b}", "{a}x{b}", "{a}:{a}", "{}", "a{", "a}b", "50%", "{a b}"])(
    "refuses the pattern %j",
    (pattern) => {
      expect(() => topic(pattern, [Said])).toThrow(TypeError);
    },
  );

  it.each([
    [message.fromClient("UP"), '"UP"'],
    [rpc("ASK", undefined, message("ANSWER")), '"ASK"'],
    ["SAID", '"SAID"'],
    [undefined, "undefined"],
  ])("refuses to carry what servers do not send: %s", (carried, name) => {
    const told = `topic("a"): ${name} is no message that servers send`;
    expect(() => topic("a", [carried as never])).toThrow(told);
    expect(() => topic("a", [], { history: {}, ephemeral: [carried as never] })).toThrow(told);
  });

  it("refuses options that it does not have", () => {
    expect(() => topic("a", [Said], { histroy: 5 } as never)).toThrow('topic("a") has no option "histroy"');
  });
});

it.each([
  ["room:{a}", "room:{b}", true],
  ["room:{a}", "room:lobby", true],
  ["{a}:{b}", "room:{c}", true],
  ["{a}", "lobby", true],
  ["room:{a}", "user:{a}", false],
  ["room:{a}", "room:{a}:{b}", false],
  ["room:{a}", "room", false],
  ["a.{x}", "a.{x}.b", false],
  ["{a}:b", "c:{d}", true],
])("%s and %s: overlap %s", (one, other, expected) => {
  expect([overlap(one, other), overlap(other, one)]).toEqual([expected, expected]);
});

it("may not overlap on one router", () => {
  const Lobby = topic("room:lobby", [Said]);
  const User = topic("user:{id}", [Said]);
  expect(() => createRouter({ topics: [Room, User] })).not.toThrow();
  expect(() => createRouter({ topics: [Room, User, Lobby] })).toThrow(
    "Topics overlap: one name may be of room:{roomId} and of room:lobby",
  );
});
