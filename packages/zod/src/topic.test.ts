import { expect, test } from "vitest";
import { message, topic, z } from "./index.ts";

const Said = message.fromServer("SAID", { text: z.string() });

test("a state that JSON cannot carry is refused where it is declared, as a payload is", () => {
  const state = z.object({ since: z.date() });
  expect(() => topic("room:{id}", [Said], { presence: { state } })).toThrow(
    /^The state in the presence of room:\{id\} at since is a date/,
  );
  expect(topic("room:{id}", [Said], { presence: { state: z.object({ n: z.number() }) } })({ id: 1 })).toBe("room:1");
});
