import { expect, test } from "vitest";
import { message, topic, v } from "./index.ts";

const Said = message.fromServer("SAID", { text: v.string() });

test("a state that JSON cannot carry is refused where it is declared, as a payload is", () => {
  const state = v.object({ since: v.date() });
  expect(() => topic("room:{id}", [Said], { presence: { state } })).toThrow(
    /^The state in the presence of room:\{id\} at since is a date/,
  );
  expect(topic("room:{id}", [Said], { presence: { state: v.object({ n: v.number() }) } })({ id: 1 })).toBe("room:1");
});
