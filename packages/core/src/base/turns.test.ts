import { expect, test, vi } from "vitest";
import { gate, settle } from "../../test/harness.ts";
import { Turns } from "./turns.ts";

function rig() {
  const said: string[] = [];
  const done = vi.fn<() => void>();
  const failed = vi.fn<(error: unknown) => void>();
  const turns = new Turns(done, failed);
  const say = (text: string) => () => void said.push(text);
  const later = (text: string) => {
    const opening = gate();
    turns.addLater(opening.opened.then(() => say(text)));
    return opening;
  };
  return { said, done, failed, turns, say, later };
}

test("each act has its turn, whichever is ready first", async () => {
  const { said, turns, say, later, done } = rig();
  const [first, second] = [later("1"), later("2")];
  turns.add(say("3"));
  second.open();
  await settle();
  expect(said).toEqual([]);
  expect(done).not.toHaveBeenCalled();
  first.open();
  await settle();
  expect(said).toEqual(["1", "2", "3"]);
  expect(done).toHaveBeenCalledTimes(1);
});

test("one that fails, or never comes, costs its own turn alone", async () => {
  const { said, turns, say, later, done, failed } = rig();
  const first = later("1");
  turns.add(() => {
    throw new Error("thrown");
  });
  turns.add(say("3"));
  first.fail(new Error("rejected"));
  await settle();
  expect(said).toEqual(["3"]);
  expect(failed.mock.calls.map(([error]) => (error as Error).message)).toEqual(["rejected", "thrown"]);
  expect(done).toHaveBeenCalledTimes(1);
});

test("what an act asks for comes behind what waits already", async () => {
  const { said, turns, say, later } = rig();
  const opening = gate();
  turns.addLater(
    opening.opened.then(() => () => {
      said.push(String(turns.acting));
      turns.add(say("last"));
    }),
  );
  const second = later("2");
  opening.open();
  second.open();
  await settle();
  expect(said).toEqual(["true", "2", "last"]);
  expect(turns.acting).toBe(false);
});
