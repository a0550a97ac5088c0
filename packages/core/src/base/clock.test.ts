import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { systemClock } from "./clock.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DAY = 24 * 3_600_000;

it.each([0, 1, 5_000, 2 ** 31 - 1, 2 ** 31, 30 * DAY, 300 * DAY])("a timer of %s ms takes as long", (ms) => {
  let fired = 0;
  systemClock.setTimeout(() => fired++, ms);
  if (ms > 0) vi.advanceTimersByTime(ms - 1);
  expect(fired).toBe(0);
  vi.advanceTimersByTime(1);
  expect(fired).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

it("one of Infinity never fires", () => {
  systemClock.setTimeout(() => expect.unreachable(), Infinity);
  vi.advanceTimersByTime(1_000 * DAY);
  expect(vi.getTimerCount()).toBe(1);
});

it.each([10, 30 * DAY, Infinity])("one of %s ms can be called off, also halfway", (ms) => {
  const handle = systemClock.setTimeout(() => expect.unreachable(), ms);
  vi.advanceTimersByTime(Math.min(ms * 0.9, 1_000 * DAY));
  systemClock.clearTimeout(handle);
  vi.advanceTimersByTime(1_000 * DAY);
  expect(vi.getTimerCount()).toBe(0);
});
