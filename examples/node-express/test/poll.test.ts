import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

let example: ChildProcess;
let url: string;
beforeAll(async () => {
  const main = join(import.meta.dirname, "../src/main.ts");
  example = spawn(process.execPath, [main], {
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(example.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  url = /http\S+/.exec(line.toString())?.[0] ?? "";
});
afterAll(() => void example.kill("SIGKILL"));

interface Frame {
  type: string;
  payload: { results?: Record<string, number>; code?: string };
}

/** Connects and hands out frames one by one. */
async function connect(path: string): Promise<{ ws: WebSocket; next: () => Promise<Frame> }> {
  const ws = new WebSocket(url.replace("http", "ws") + path);
  const frames: Frame[] = [];
  let wake = (): void => {};
  ws.on("message", (data: Buffer) => {
    frames.push(JSON.parse(data.toString()) as Frame);
    wake();
  });
  await once(ws, "open");
  onTestFinished(() => ws.terminate());
  return {
    ws,
    async next() {
      while (frames.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return frames.shift() as Frame;
    },
  };
}

test("votes are told to everybody, and to HTTP", async () => {
  const [ada, bob] = [await connect("poll"), await connect("poll")];
  expect((await ada.next()).payload.results).toEqual({ tea: 0, coffee: 0, water: 0 });
  await bob.next();
  ada.ws.send(JSON.stringify({ type: "VOTE", meta: { correlationId: "1" }, payload: { option: "tea" } }));
  expect(await ada.next()).toMatchObject({ type: "VOTED", payload: { results: { tea: 1 } } });
  expect(await bob.next()).toMatchObject({ type: "RESULTS", payload: { results: { tea: 1 } } });
  expect(await (await fetch(`${url}results`)).json()).toEqual({ tea: 1, coffee: 0, water: 0 });
  expect(await (await fetch(url)).text()).toContain("What do you drink?");
  bob.ws.send(JSON.stringify({ type: "VOTE", meta: { correlationId: "1" }, payload: { option: "petrol" } }));
  expect(await bob.next()).toMatchObject({ type: "ERROR", payload: { code: "INVALID_ARGUMENT" } });
});

test("the admin's path lets in who has a token, and root alone resets", async () => {
  await expect(connect("admin")).rejects.toThrow("Unexpected server response: 401");
  const guest = await connect("admin?token=guest");
  guest.ws.send(JSON.stringify({ type: "RESET" }));
  expect(await guest.next()).toMatchObject({ payload: { code: "PERMISSION_DENIED" } });
  const voter = await connect("poll");
  await voter.next();
  const root = await connect("admin?token=root");
  root.ws.send(JSON.stringify({ type: "RESET" }));
  expect((await voter.next()).payload.results).toEqual({ tea: 0, coffee: 0, water: 0 });
});

test("SIGTERM says goaway, closes with 1012 and ends the process", async () => {
  const voter = await connect("poll");
  await voter.next();
  const exited = once(example, "exit");
  const closed = once(voter.ws, "close");
  example.kill("SIGTERM");
  expect((await voter.next()).type).toBe("$ws:goaway");
  expect((await closed)[0]).toBe(1012);
  expect(await exited).toEqual([0, null]);
});
