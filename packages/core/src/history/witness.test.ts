import { expect, it } from "vitest";
import { Witness } from "./witness.ts";

it("knows how far each of the last eight epochs came, and which of them a log has not kept", () => {
  const witness = new Witness();
  expect(witness.lostOf([["e0", 0]])).toBeUndefined();
  for (let i = 0; i < 9; i++) witness.saw(`e${i}`, 10 * i + 2);
  witness.saw("e1", 30);
  witness.saw("e8", 7);
  expect(witness.lostOf([["e8", 82]])).toBeUndefined();
  expect(witness.lostOf([["e8", 81]])).toMatchObject({ epoch: "e8", offset: 82 });
  expect(
    witness.lostOf([
      ["unknown", 0],
      ["e1", 29],
    ]),
  ).toMatchObject({ epoch: "e1", offset: 30 });
  expect(witness.lostOf([["e1", 30]])).toBeUndefined();
  expect(witness.lostOf([["e0", 0]])).toBeUndefined();
});
