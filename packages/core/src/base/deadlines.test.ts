import { expect, it } from "vitest";
import { VirtualClock } from "../../test/harness.ts";
import { Deadlines, type Expiring } from "./deadlines.ts";

function entry(name: string, log: string[]): Expiring {
  return { expiresAt: 0, expire: () => void log.push(name) };
}

it("expires each entry at its time, through one timer", async () => {
  const clock = new VirtualClock();
  const deadlines = new Deadlines(clock, false);
  const log: string[] = [];
  deadlines.add(entry("late", log), 300);
  deadlines.add(entry("early", log), 100);
  expect(clock.pending).toBe(1);
  await clock.advance(99);
  expect(log).toEqual([]);
  await clock.advance(1);
  expect(log).toEqual(["early"]);
  await clock.advance(200);
  expect(log).toEqual(["early", "late"]);
  expect(clock.pending).toBe(0);
});

it("forgets what was deleted, also by an entry that expires at the same time", async () => {
  const clock = new VirtualClock();
  const deadlines = new Deadlines(clock, false);
  const log: string[] = [];
  const second = entry("second", log);
  deadlines.add({ expiresAt: 0, expire: () => deadlines.delete(second) }, 10);
  deadlines.add(second, 10);
  await clock.advance(50);
  expect(log).toEqual([]);
});

it("takes what rests off the list at the next look, unless it was added again", async () => {
  const clock = new VirtualClock();
  const deadlines = new Deadlines(clock, false);
  const log: string[] = [];
  const [rests, comes] = [entry("rests", log), entry("comes back", log)];
  deadlines.add(rests, 100);
  deadlines.add(comes, 100);
  deadlines.rest(rests);
  deadlines.rest(comes);
  await clock.advance(50);
  deadlines.add(comes, 100);
  await clock.advance(99);
  expect(log).toEqual([]);
  await clock.advance(1);
  expect(log).toEqual(["comes back"]);
  expect(clock.pending).toBe(0);
});

it("holds no timer while nothing is in flight where that would keep a process awake", () => {
  const clock = new VirtualClock();
  const deadlines = new Deadlines(clock, true);
  const only = entry("only", []);
  deadlines.add(only, 10);
  expect(clock.pending).toBe(1);
  deadlines.delete(only);
  expect(clock.pending).toBe(0);
  deadlines.add(only, 10);
  deadlines.rest(only);
  expect(clock.pending).toBe(0);
});
