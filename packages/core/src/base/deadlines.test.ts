import { expect, it } from "vitest";
import { VirtualClock } from "../../test/harness.ts";
import { Deadlines, type Expiring } from "./deadlines.ts";

function entry(name: string, log: string[]): Expiring {
  return { expiresAt: 0, listed: undefined, expire: () => void log.push(name) };
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
  deadlines.add({ expiresAt: 0, listed: undefined, expire: () => deadlines.delete(second) }, 10);
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

/** An entry that counts how often its time is looked at. */
class Watched implements Expiring {
  looks = 0;
  listed: object | undefined = undefined;
  expired = 0;
  private at = 0;

  get expiresAt(): number {
    this.looks++;
    return this.at;
  }

  set expiresAt(at: number) {
    this.at = at;
  }

  expire(): void {
    this.expired++;
  }
}

it("does not look at what is due much later when something is due", async () => {
  const clock = new VirtualClock();
  const deadlines = new Deadlines(clock, false);
  const later = Array.from({ length: 10_000 }, () => new Watched());
  for (const each of later) deadlines.add(each, 30_000);
  for (const each of later) each.looks = 0;
  for (let i = 0; i < 100; i++) {
    const soon = new Watched();
    deadlines.add(soon, 1);
    await clock.advance(1);
    expect(soon.expired).toBe(1);
  }
  expect(later.reduce((sum, { looks }) => sum + looks, 0)).toBeLessThanOrEqual(10_000);
  await clock.advance(30_000);
  expect(later.every(({ expired }) => expired === 1)).toBe(true);
});

it("expires whatever order things are added, deleted, rested and put off in", async () => {
  const clock = new VirtualClock();
  const deadlines = new Deadlines(clock, false);
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const entries = Array.from({ length: 50 }, () => {
    const each = { expiresAt: 0, listed: undefined, due: Infinity, expire: () => expired(each) };
    return each;
  });
  function expired(each: { due: number }): void {
    expect(clock.monotonic()).toBeGreaterThanOrEqual(each.due);
    expect(clock.monotonic()).toBeLessThan(each.due + 1);
    each.due = Infinity;
  }
  for (let i = 0; i < 5_000; i++) {
    const each = entries[random(entries.length)];
    if (each === undefined) continue;
    const ms = random(3) === 0 ? random(20) : random(2_000);
    const act = random(4);
    if (act === 0) deadlines.delete(each);
    else if (act === 1) deadlines.rest(each);
    else deadlines.add(each, ms);
    each.due = act < 2 ? Infinity : clock.monotonic() + ms;
    if (act > 1 && ms === 0) each.due = clock.monotonic() + 1;
    await clock.advance(random(30));
    for (const { due } of entries) expect(due + 1).toBeGreaterThan(clock.monotonic());
  }
});
