import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { wsClient } from "@ws-kit/client/zod";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { launchBrowser, screenshot } from "../../../test/browser.ts";
import { cellAt, cellsAround } from "../server/map.ts";
import { bytes } from "../shared/codec.ts";
import { CELL, Cell, Enter, MAP, Steer } from "../shared/messages.ts";

const bun = createRequire(import.meta.url).resolve("bun/bin/bun.exe");
let example: ChildProcess;
let browser: Browser;
let url: string;

beforeAll(async () => {
  example = spawn(bun, [join(import.meta.dirname, "../server/main.ts")], {
    env: { ...process.env, PORT: "0", BOTS: "200", NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(example.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  url = /http\S+/.exec(line.toString())?.[0] ?? "";
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  example.kill("SIGKILL");
});

/** Somebody in the game, and what they see of each cell. */
async function enter() {
  const client = wsClient({ url: `${url.replace("http", "ws")}ws`, codec: bytes });
  onTestFinished(() => client.close());
  const cells = new Map<number, readonly number[]>();
  const told: number[] = [];
  client.on(Cell, ({ payload }) => {
    told.push(payload.cell);
    cells.set(payload.cell, payload.players);
  });
  const { payload } = await client.request(Enter);
  /** Where a player is, as this one sees it. */
  const find = (id: number) => {
    for (const [cell, players] of cells) {
      const i = players.findIndex((value, at) => at % 3 === 0 && value === id);
      if (i >= 0) return { cell, x: players[i + 1] ?? 0, y: players[i + 2] ?? 0 };
    }
    return undefined;
  };
  return { client, id: payload.id, start: payload, told, find };
}

test("positions are bytes, and come back as they were", () => {
  const frame = { type: "CELL", payload: { cell: 9, players: [7, 100, 1_999] } };
  const packet = bytes.encode(frame);
  expect(packet).toHaveLength(9);
  expect(bytes.decode(packet)).toEqual(frame);
  const named = { ...frame, meta: { correlationId: "1" } };
  expect(bytes.decode(bytes.encode(named))).toEqual(named);
  for (const wrong of ["{}", new Uint8Array(), new Uint8Array([2]), new Uint8Array([1, 0])]) {
    expect(() => bytes.decode(wrong)).toThrow(TypeError);
  }
});

test("one sees oneself move, and nothing beyond the cells around", async () => {
  const ada = await enter();
  const home = cellsAround(cellAt(ada.start));
  await expect.poll(() => ada.find(ada.id)).toMatchObject({ cell: cellAt(ada.start) });
  await expect.poll(() => ada.told.length).toBeGreaterThan(home.length + 20);
  expect(ada.told.filter((cell) => !home.includes(cell))).toEqual([]);
});

test("who crosses a border sees what is beyond it, and no longer what is behind", { timeout: 60_000 }, async () => {
  const ada = await enter();
  const { x, y } = ada.start;
  // Over two borders, towards the middle: there is room.
  const goal = { x: x < MAP / 2 ? x + 2 * CELL : x - 2 * CELL, y };
  ada.client.send(Steer, goal);
  const there = cellAt(goal);
  await expect.poll(() => ada.find(ada.id), { timeout: 30_000 }).toMatchObject({ x: Math.round(goal.x), cell: there });
  ada.told.length = 0;
  await expect.poll(() => ada.told.length).toBeGreaterThan(20);
  expect(ada.told.filter((cell) => !cellsAround(there).includes(cell))).toEqual([]);
});

test("who leaves is gone from the cell", async () => {
  const [ada, bob] = [await enter(), await enter()];
  const meet = { x: MAP / 2, y: MAP / 2 };
  for (const { client } of [ada, bob]) client.send(Steer, meet);
  await expect.poll(() => ada.find(bob.id), { timeout: 25_000 }).toBeDefined();
  await bob.client.close();
  await expect.poll(() => ada.find(bob.id)).toBeUndefined();
});

test("a page shows it, and goes where one presses", async () => {
  const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  const status = page.getByRole("status");
  await status.filter({ hasText: /[1-9]\d* in sight/ }).waitFor();
  await screenshot(page, "game");
  const before = await status.textContent();
  await page.mouse.click(400, 100);
  await page.mouse.click(300, 500);
  await expect.poll(() => status.textContent()).not.toBe(before);
  expect(complaints).toEqual([]);
});
