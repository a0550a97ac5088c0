import { describe, expect, it } from "vitest";
import { Bindings } from "./match.ts";

const A = "0a4f5f0e-6f0b-4a0e-9d2f-0123456789ab";
const B = "f3c1d9b2-1d0c-4c53-8a77-ba9876543210";
const C = "7b0b6f11-2222-4333-8444-555566667777";

function unlike(expected: unknown, actual: unknown, ignore: string[] = []) {
  return new Bindings({}, ignore).compare(expected, actual).unlike.map(({ path }) => path);
}

describe("two frames are alike", () => {
  it.each([
    ["an id that a server makes up", { id: A }, { id: B }],
    ["a time", { at: 1_795_000_000_000 }, { at: 1_795_000_099_999 }],
    ["a date", { at: "2026-11-27T10:00:00Z" }, { at: "2026-11-28T11:00:00.123+01:00" }],
    ["a short id by its name", { userId: "x7Kp9aQ2" }, { userId: "Zz81kLm0" }],
    ["what was redacted", { password: "[redacted 1]" }, { password: "horse" }],
    ["a part that was redacted", { url: "wss://x/?token=[redacted 1]&a=1" }, { url: "wss://x/?token=abc&a=1" }],
  ])("where %s differs", (_, expected, actual) => {
    expect(unlike(expected, actual)).toEqual([]);
  });

  it.each([
    ["a text", { text: "hi" }, { text: "Hi" }, "text"],
    ["a number", { n: 1 }, { n: 2 }, "n"],
    ["a name of the application's own", { roomId: "general" }, { roomId: "random" }, "roomId"],
    ["a code", { code: "NOT_FOUND" }, { code: "INTERNAL" }, "code"],
    ["a kind of value", { a: [1] }, { a: { 0: 1 } }, "a"],
    ["what is missing", { a: 1, b: 2 }, { a: 1 }, "b"],
    ["what is new", { a: 1 }, { a: 1, b: 2 }, "b"],
    ["the length of a list", { list: [1, 2] }, { list: [1] }, "list.1"],
    ["what was redacted, and is not there", { token: "[redacted 1]" }, {}, "token"],
  ])("and not where %s differs", (_, expected, actual, path) => {
    expect(unlike(expected, actual)).toEqual([path]);
  });

  it("where a path is not compared", () => {
    const frame = (n: number) => ({ payload: { rooms: [{ n, deep: { n } }], n: 7 } });
    expect(unlike(frame(1), frame(2))).toEqual(["payload.rooms.0.n", "payload.rooms.0.deep.n"]);
    expect(unlike(frame(1), frame(2), ["payload.rooms.*.n"])).toEqual(["payload.rooms.0.deep.n"]);
    expect(unlike(frame(1), frame(2), ["**.n"])).toEqual([]);
    expect(unlike(frame(1), frame(2), ["payload"])).toEqual([]);
  });
});

it("an id has to be the same wherever it was the same, and is put where clients sent it back", () => {
  const bindings = new Bindings({}, []);
  bindings.compare({ messageId: A }, { messageId: B }).learn();
  expect(bindings.now({ edit: A, topic: `thread:${A}`, list: [A, "other"] })).toEqual({
    edit: B,
    topic: `thread:${B}`,
    list: [B, "other"],
  });
  expect(bindings.compare({ messageId: A }, { messageId: B }).unlike).toEqual([]);
  expect(bindings.compare({ messageId: A }, { messageId: C }).unlike).toHaveLength(1);
  expect(bindings.compare({ a: C, b: C }, { a: A, b: B }).unlike.map(({ path }) => path)).toEqual(["b"]);
});

it("a redacted value is what the server gives in its place, or what is given for it", () => {
  const bindings = new Bindings({ "[redacted 1]": "horse" }, []);
  bindings.compare({ token: "[redacted 2]" }, { token: 12 }).learn();
  expect(bindings.now({ password: "[redacted 1]", token: "[redacted 2]", url: "?t=[redacted 3]" })).toEqual({
    password: "horse",
    token: 12,
    url: "?t=[redacted 3]",
  });
  expect(bindings.unknown({ a: "[redacted 1]", url: "?t=[redacted 3]" })).toEqual(["[redacted 3]"]);
});
