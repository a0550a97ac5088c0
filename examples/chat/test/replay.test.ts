import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { replay } from "@ws-kit/devtools/replay";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { startChat } from "./server.ts";
import { Wire } from "./wire.ts";

const CHAT = join(import.meta.dirname, "..");

/** As somebody would record it who has found a fault. */
let session: string;
let secret: string;
beforeAll(async () => {
  const server = await startChat();
  const door = async (name: string, init?: RequestInit): Promise<string> =>
    (await fetch(`http://localhost:${server.port}/devtools/${name}`, init)).text();
  const post = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
  await door("record", post);

  const [ada, bob] = [await connected(server.port), await connected(server.port)];
  const { token } = await ada.logIn("Ada");
  await bob.logIn("Bob");
  for (const wire of [ada, bob]) await wire.request("JOIN_ROOM", { roomId: "general" });
  ada.send("TYPING_START", { roomId: "general" });
  await bob.next("USER_TYPING");
  await ada.request("SEND_MESSAGE", { roomId: "general", text: "good morning" });
  await bob.next("CHAT_MESSAGE");
  await bob.request("SEND_MESSAGE", { roomId: "nowhere", text: "lost" });
  await bob.request("SEND_MESSAGE", { roomId: "general", text: "to you as well" });
  await ada.next("CHAT_MESSAGE");
  await ada.close();
  await bob.next("USER_LEFT");
  // Her token is another one in a replay: the one that the server gives then.
  const again = await connected(server.port);
  await again.logIn("Ada", token);
  await again.request("JOIN_ROOM", { roomId: "general" });
  for (const wire of [again, bob]) await wire.close();

  await door("stop", post);
  session = await door("session.jsonl");
  await server.kill();
  secret = token;
});

/** Outside of a test nothing ends it. */
async function connected(port: number): Promise<Wire> {
  return Wire.open(port, () => {});
}

test("a session has what was said in it, and no token", () => {
  expect(session).toContain("to you as well");
  expect(session).not.toContain(secret);
});

test("a recorded session is answered as it was, by a server that has never seen it", async () => {
  const server = await startChat();
  onTestFinished(() => server.kill());
  const replayed = await replay(session, { url: `ws://localhost:${server.port}/ws` });
  expect(String(replayed)).toMatch(/^The same: 3 connections, 10 frames sent, \d\d compared$/);
});

test.each([
  [
    "says another thing",
    "text, timestamp: ctx.receivedAt",
    "text: text.trim() + '!', timestamp: ctx.receivedAt",
    "payload.text",
  ],
  ["forgets what was said", "  room.remember(said);\n", "", "payload.history.0"],
  ["tells nobody who left", "UserLeft, { roomId", "UserJoined, { roomId", "USER_LEFT did not come"],
])("it turns red where a handler %s", async (_, before, after, said) => {
  const changed = await mkdtemp(join(CHAT, "changed-"));
  onTestFinished(() => rm(changed, { recursive: true }));
  await cp(join(CHAT, "server"), changed, { recursive: true });
  const source = await readFile(join(changed, "chat.ts"), "utf8");
  expect(source).toContain(before);
  await writeFile(join(changed, "chat.ts"), source.replace(before, after));
  const server = await startChat(undefined, {}, join(changed, "main.ts"));
  onTestFinished(() => server.kill());
  const replayed = await replay(session, { url: `ws://localhost:${server.port}/ws`, timeoutMs: 500 });
  expect(replayed.ok).toBe(false);
  expect(String(replayed)).toContain(said);
});
