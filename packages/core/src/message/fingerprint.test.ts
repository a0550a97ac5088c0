import { describe, expect, it } from "vitest";
import type { StandardSchema } from "../schema/standard-schema.ts";
import { contract } from "./contract.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { message } from "./standard.ts";
import { topic } from "./topic.ts";

/** A schema that says what it is as JSON Schema. */
const says = (json: object): StandardSchema =>
  ({
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => json, output: () => json },
    },
  }) as never;

const Join = message.fromClient("JOIN", says({ type: "object", properties: { room: { type: "string" } } }));
const Said = message.fromServer("SAID");
const Room = topic("room:{id}", [Said]);
const print = (parts: object, version?: string) => fingerprintOf(contract(parts as never, { version }));

describe("a contract's fingerprint", () => {
  const whole = print({ Join, Said, Room });

  it("has four characters for the version, and four for each part, in the order of their names", () => {
    expect(whole).toMatch(/^[\w-]{16}$/);
    expect(print({ Said, Room, Join })).toBe(whole);
    expect(print({ Join, Room })).toBe(whole.slice(0, 12));
    expect(print({ Join, Said, Room }, "2").slice(4)).toBe(whole.slice(4));
    expect(print({ Join, Said, Room }, "2")).not.toBe(whole);
  });

  it.each([
    ["another type", { type: "object", properties: { room: { type: "number" } } }],
    ["a property of another name", { type: "object", properties: { title: { type: "string" } } }],
    ["a requirement", { type: "object", properties: { room: { type: "string" } }, required: ["room"] }],
  ])("changes with %s in a payload, for that part alone", (_, json) => {
    const other = print({ Join: message.fromClient("JOIN", says(json)), Said, Room });
    expect(other.slice(4, 8)).not.toBe(whole.slice(4, 8));
    expect(other.slice(8)).toBe(whole.slice(8));
  });

  it("does not change with what is said for readers, nor with the order of keys", () => {
    const json = { title: "Join", properties: { room: { description: "Which", type: "string" } }, type: "object" };
    expect(print({ Join: message.fromClient("JOIN", says(json)), Said, Room })).toBe(whole);
  });

  it("knows a property whose name is a word of JSON Schema", () => {
    const titled = (type: string) =>
      print({ Join: message.fromClient("JOIN", says({ type: "object", properties: { title: { type } } })) });
    expect(titled("string")).not.toBe(titled("number"));
  });
});
