import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRouter, message, rpc, z } from "@ws-kit/zod";
import { createTestServer } from "@ws-kit/testing";
import { wsClient } from "@ws-kit/client/zod";
import { describe, expect, it, onTestFinished } from "vitest";
import { devtools } from "../src/index.ts";
import { run } from "../src/program.ts";
import { parseSession, replay } from "../src/replay.ts";
import { Join, Report, Said, Say } from "./messages.ts";
import { started } from "./started.ts";

const Open = rpc("OPEN", { password: z.string() }, "OPENED", { token: z.string(), noteId: z.string() });
const Edit = message("EDIT", { noteId: z.string(), token: z.string(), text: z.string() });
const Edited = message.fromServer("EDITED", { noteId: z.string(), text: z.string(), at: z.number() });
const Later = message("LATER", { ms: z.number() });
const Leave = message("LEAVE");
const Confirm = rpc.fromServer("CONFIRM", { question: z.string() }, "CONFIRMED", { yes: z.boolean() });
const Ask = message("ASK_ME");

/** A server of notes; what may change in it is said. */
function notes({ shout = false, silent = false, extra = false, closes = 4_001 } = {}) {
  const router = createRouter<{ noteId?: string; token?: string }>();
  const tools = devtools(router);
  router
    .rpc(Open, (ctx) => {
      if (ctx.payload.password !== "horse") return ctx.error("UNAUTHENTICATED", "No");
      const opened = { token: crypto.randomUUID(), noteId: crypto.randomUUID() };
      ctx.assignData(opened);
      ctx.topics.subscribe("notes");
      return opened;
    })
    .on(Edit, (ctx) => {
      const { noteId, token, text } = ctx.payload;
      if (noteId !== ctx.data.noteId || token !== ctx.data.token) {
        ctx.error("PERMISSION_DENIED", "Not yours");
        return;
      }
      if (silent) return;
      const edited = { noteId, text: shout ? text.toUpperCase() : text, at: Date.now() };
      void ctx.publish("notes", Edited, edited);
      if (extra) ctx.send(Edited, edited);
    })
    .on(Later, (ctx) => {
      setTimeout(() => ctx.send(Edited, { noteId: "n", text: "later", at: Date.now() }), ctx.payload.ms);
    })
    .on(Ask, async (ctx) => {
      const { payload } = await ctx.request(Confirm, { question: "Sure?" });
      ctx.send(Edited, { noteId: "n", text: payload.yes ? "yes" : "no", at: Date.now() });
    })
    .on(Leave, (ctx) => ctx.ws.close(closes, "Left"));
  return { router, tools, server: createTestServer(router) };
}

/** Two people at notes, one of whom looks on. */
async function recorded(): Promise<string> {
  const { tools, server } = notes();
  const recording = tools.record();
  const [ada, bob] = [await server.connect(), await server.connect()];
  const { payload } = await ada.request(Open, { password: "horse" });
  await bob.request(Open, { password: "horse" });
  await bob.request(Open, { password: "wrong" }).catch(() => {});
  ada.send(Edit, { ...payload, text: "first" });
  await server.settle();
  bob.send(Edit, { ...payload, text: "not bob's" });
  ada.handle(Confirm, () => ({ yes: true }));
  ada.send(Ask);
  await server.settle();
  await server.clock.advance(5_000);
  bob.send(Leave);
  await server.settle();
  ada.close();
  await server.settle();
  return recording.stop();
}

const values = { "[redacted 1]": "horse" };

describe("a recorded session", () => {
  it("has no secret in it, and the same number for the same one", async () => {
    const text = await recorded();
    expect(text).not.toContain("horse");
    const { header, events } = parseSession(text);
    expect(header).toMatchObject({ wsKitSession: 1 });
    expect(events.filter(({ open }) => open).length).toBe(2);
    const tokens = [...text.matchAll(/"token":"(\[redacted \d+\])"/g)].map(([, name]) => name);
    expect(tokens[0]).toBe(tokens[2]);
    expect(new Set(tokens).size).toBe(2);
    expect(events.at(-1)).toMatchObject({ c: 1, close: { code: 1_000 } });
    expect(events.find(({ c, close }) => c === 2 && close)).toMatchObject({ close: { code: 4_001, byServer: true } });
  });

  it("replays as it was against the same server, whose ids and tokens are others", async () => {
    const replayed = await replay(await recorded(), { server: notes().server, values });
    expect(String(replayed)).toBe("The same: 2 connections, 8 frames sent, 8 compared");
    // The password that was wrong: any other one is as well.
    expect(replayed).toMatchObject({ ok: true, unfilled: ["[redacted 4]"] });
  });

  it.each([
    ["an answer has another text", { shout: true }, '  payload.text: expected "first", got "FIRST"'],
    ["an answer does not come", { silent: true }, "EDITED did not come"],
    ["an answer comes twice", { extra: true }, "EDITED had not come then"],
    ["it closes with another code", { closes: 4_002 }, "  code: expected 4001, got 4002"],
  ])("turns red where %s", async (_, change, said) => {
    const replayed = await replay(await recorded(), { server: notes(change).server, values });
    expect(replayed.ok).toBe(false);
    expect(String(replayed)).toContain(said);
  });

  it("names what is not known of it", async () => {
    const replayed = await replay(await recorded(), { server: notes().server });
    expect(replayed.unfilled).toContain("[redacted 1]");
    expect(String(replayed)).toContain('expected "OPENED", got "ERROR"');
  });

  it("is cut where it gets too long, and says so", async () => {
    const { tools, server } = notes();
    const recording = tools.record({ maxFrames: 3 });
    expect(() => tools.record()).toThrow("already");
    const ada = await server.connect();
    for (let n = 0; n < 5; n++) await ada.request(Open, { password: "wrong" }).catch(() => {});
    expect(recording).toMatchObject({ frames: 3, dropped: 7 });
    expect(parseSession(recording.stop()).header.dropped).toBe(7);
  });

  it("knows connections that were there before", async () => {
    const { tools, server } = notes();
    const ada = await server.connect();
    const recording = tools.record();
    await ada.request(Open, { password: "wrong" }).catch(() => {});
    expect(parseSession(recording.stop()).events[0]).toMatchObject({ c: 1, open: { late: true } });
  });
});

it.each([
  ["", "no JSON object"],
  ["{}", "no wsKitSession"],
  ['{"wsKitSession":2}', "version 2"],
  ['{"wsKitSession":1}\n{"at":1}', "Line 2"],
])("what is no session is refused: %j", (text, said) => {
  expect(() => parseSession(text)).toThrow(said);
});

describe.each(["bun", "node"] as const)("the command, and a server on %s", (runtime) => {
  /** Records over the page's own door, with real clients. */
  async function session(): Promise<string> {
    const server = await started(runtime);
    const door = async (name: string, init: RequestInit) =>
      (await fetch(`http://127.0.0.1:${server.port}/devtools/${name}`, init)).text();
    const post = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
    await door("record", post);
    const ada = wsClient({ url: server.url });
    ada.send(Join, { room: "lobby" });
    const heard = new Promise((resolve) => ada.on(Said, resolve));
    ada.send(Say, { room: "lobby", text: "hello" });
    await heard;
    await ada.request(Report, { rows: 60 });
    await ada.close();
    await door("stop", post);
    const text = await door("session.jsonl", {});
    await server.stop();
    const directory = await mkdtemp(join(tmpdir(), "session-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const file = join(directory, "session.jsonl");
    await writeFile(file, text);
    return file;
  }

  async function command(...args: string[]) {
    let output = "";
    const said = (text: string): void => void (output += text);
    return { code: await run(args, { out: said, error: said }), output };
  }

  it("exits with 0 where answers are the same, 1 where they differ, 2 without a server", async () => {
    const file = await session();
    const server = await started(runtime);
    onTestFinished(() => server.stop());
    expect(await command("replay", file, "--url", server.url)).toEqual({
      code: 0,
      output: "The same: 1 connection, 3 frames sent, 2 compared\n",
    });
    const changed = await started(runtime, { CHANGED: "yes" });
    onTestFinished(() => changed.stop());
    const differs = await command("replay", file, "--url", changed.url, "--json");
    expect(differs.code).toBe(1);
    expect(JSON.parse(differs.output)).toMatchObject({
      ok: false,
      differences: [{ kind: "different", unlike: [{ path: "payload.text", expected: "hello", actual: "hello!" }] }],
    });
    expect(await command("replay", file, "--url", changed.url, "--ignore", "payload.text")).toMatchObject({ code: 0 });
    expect(await command("replay", file, "--url", "ws://127.0.0.1:9/ws")).toMatchObject({ code: 2 });
    expect(await command("replay", file)).toMatchObject({ code: 2, output: expect.stringContaining("--url") });
    expect(await command("replay", "/nowhere.jsonl", "--url", server.url)).toMatchObject({ code: 2 });
  });
});
