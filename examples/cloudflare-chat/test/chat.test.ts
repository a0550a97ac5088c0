import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ConnectionClosedError, ServerError, wsClient } from "@ws-kit/client/zod";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { Present, Say, Spoken, Welcome } from "../messages.ts";

let example: ChildProcess;
let url: string;
beforeAll(async () => {
  const start = join(import.meta.dirname, "../start.ts");
  example = spawn(process.execPath, [start], {
    env: { ...process.env, PORT: "0", HOUSE_KEY: "open-sesame" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(example.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  url = /http\S+/.exec(line.toString())?.[0] ?? "";
});
afterAll(async () => {
  const exited = once(example, "exit");
  example.kill("SIGTERM");
  await exited;
});

/** Somebody in a room, and what they were told. */
async function enter(room: string, name: string) {
  const client = wsClient({
    url: `${url.replace("http", "ws")}rooms/${room}?name=${name}`,
    reconnect: { enabled: false },
  });
  const spoken: string[] = [];
  const present: string[][] = [];
  client.on(Spoken, ({ payload }) => void spoken.push(`${payload.from}: ${payload.text}`));
  client.on(Present, ({ payload }) => void present.push(payload.names));
  const welcome = new Promise<{ history: { text: string }[]; names: string[] }>((resolve) => {
    client.once(Welcome, ({ payload }) => resolve(payload));
  });
  onTestFinished(() => void client.close());
  void client.connect();
  return { client, spoken, present, welcome: await welcome };
}

test("people in a room hear each other, and others do not", async () => {
  const ada = await enter("lobby", "ada");
  const bob = await enter("lobby", "bob");
  const eve = await enter("garden", "eve");
  expect(bob.welcome.names.toSorted((a, b) => a.localeCompare(b))).toEqual(["ada", "bob"]);
  await expect.poll(() => ada.present).toHaveLength(1);
  const answer = await ada.client.request(Say, { text: "  hello " });
  expect(answer.payload).toMatchObject({ from: "ada", text: "hello" });
  await expect.poll(() => bob.spoken).toEqual(["ada: hello"]);
  void bob.client.close();
  await expect.poll(() => ada.present.at(-1)).toEqual(["ada"]);
  expect([ada.spoken, eve.spoken]).toEqual([[], []]);
});

test("the room remembers what was said", async () => {
  const ada = await enter("memory", "ada");
  for (const text of ["one", "two"]) await ada.client.request(Say, { text });
  const bob = await enter("memory", "bob");
  expect(bob.welcome.history.map(({ text }) => text)).toEqual(["one", "two"]);
});

test("who speaks too much is told when to go on", async () => {
  const ada = await enter("loud", "ada");
  for (let n = 0; n < 20; n++) await ada.client.request(Say, { text: `${n}` });
  const failed = ada.client.request(Say, { text: "one too many" });
  await expect(failed).rejects.toBeInstanceOf(ServerError);
  await expect(failed).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED", context: { perMinute: 20 } });
});

/** The answer to an announcement: its status, and how many heard it. */
async function announce(room: string, authorization?: string): Promise<[status: number, heard: unknown]> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const response = await fetch(`${url}announce/${room}`, { method: "POST", body: "We close at ten", headers });
  return [response.status, response.ok ? await response.json() : undefined];
}

test("an announcement by HTTP reaches the room, if it has the key", async () => {
  const ada = await enter("news", "ada");
  expect(await announce("news", "Bearer open-sesame")).toEqual([200, { heard: 1 }]);
  for (const wrong of [undefined, "Bearer open-sesam", "Bearer ", "Basic open-sesame"]) {
    expect(await announce("news", wrong)).toEqual([401, undefined]);
  }
  for (const room of ["%2e%2e%2fnews", "%ff", "x".repeat(33), "a%00b"]) {
    expect(await announce(room, "Bearer open-sesame")).toEqual([404, undefined]);
  }
  await expect.poll(() => ada.spoken).toEqual(["the house: We close at ten"]);
});

test("nobody enters without a name, and the page is there", async () => {
  const client = wsClient({ url: `${url.replace("http", "ws")}rooms/lobby`, reconnect: { enabled: false } });
  onTestFinished(() => client.close());
  await expect(client.request(Say, { text: "hi" })).rejects.toBeInstanceOf(ConnectionClosedError);
  expect(await (await fetch(url)).text()).toContain("Chat on Durable Objects");
});
