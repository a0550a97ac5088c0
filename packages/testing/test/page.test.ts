// @vitest-environment jsdom
/* oxlint-disable unicorn/prefer-add-event-listener -- both ways are tested */
import { wsClient, type Client } from "@ws-kit/client/zod";
import { createRouter, message, rpc, z } from "@ws-kit/zod";
import { afterEach, expect, test, vi } from "vitest";
import { createTestServer } from "../src/index.ts";

const Say = message("SAY", { text: z.string() });
const Greet = rpc("GREET", { name: z.string() }, "GREETING", { text: z.string() });

function chat() {
  const router = createRouter<{ user?: string }>();
  router.onOpen((ctx) => ctx.topics.subscribe("room"));
  router.on(Say, (ctx) => void ctx.publish("room", Say, ctx.payload));
  router.rpc(Greet, (ctx) => ({ text: `${ctx.data.user ?? "Hello"}, ${ctx.payload.name}` }));
  return router;
}

/** A page that makes its own client of the global WebSocket. */
function page(url = "ws://localhost/ws"): Client {
  document.body.innerHTML = "<ul></ul><button>Greet</button>";
  const client = wsClient({ url });
  client.on(Say, ({ payload }) => {
    const item = document.createElement("li");
    item.textContent = payload.text;
    document.querySelector("ul")?.append(item);
  });
  document.querySelector("button")?.addEventListener("click", () => {
    void client.request(Greet, { name: "Ada" }).then(({ payload }) => client.send(Say, payload));
  });
  return client;
}

let client: Client | undefined;
afterEach(async () => {
  await client?.close();
  vi.unstubAllGlobals();
});

test("a page that uses wsClient is tested without a network", async () => {
  const server = createTestServer(chat());
  vi.stubGlobal("WebSocket", server.WebSocket);
  client = page();
  document.querySelector("button")?.click();
  await vi.waitFor(() => expect(document.querySelector("li")?.textContent).toBe("Hello, Ada"));
  const other = await server.connect();
  other.send(Say, { text: "from another" });
  await server.settle();
  expect([...document.querySelectorAll("li")].map((item) => item.textContent)).toEqual(["Hello, Ada", "from another"]);
  expect(server.errors).toEqual([]);
});

test("authenticate decides on a page's connection, by its URL and protocols", async () => {
  const server = createTestServer(chat(), {
    authenticate: (req) => {
      const user = new URL(req.url).searchParams.get("token");
      return user === null ? undefined : { user };
    },
  });
  vi.stubGlobal("WebSocket", server.WebSocket);
  client = wsClient({ url: "/ws", auth: { getToken: () => "Good day" } });
  expect((await client.request(Greet, { name: "Ada" })).payload.text).toBe("Good day, Ada");
  const refused = new server.WebSocket("ws://localhost/ws");
  const events: string[] = [];
  for (const type of ["open", "error", "close"]) refused.addEventListener(type, (event) => events.push(event.type));
  await vi.waitFor(() => expect(events).toEqual(["error", "close"]));
});

test("a page sees the server go, and comes back", async () => {
  const server = createTestServer(chat());
  vi.stubGlobal("WebSocket", server.WebSocket);
  client = wsClient({ url: "ws://localhost/", reconnect: { initialDelayMs: 1 } });
  const states: string[] = [];
  client.onState((state) => states.push(state));
  await client.connect();
  await server.stop();
  await vi.waitFor(() =>
    expect(states.slice(0, 5)).toEqual(["connecting", "open", "closed", "reconnecting", "connecting"]),
  );
});

test("the class is a browser's", async () => {
  const { WebSocket } = createTestServer(chat());
  expect([WebSocket.name, (WebSocket as unknown as { OPEN: number }).OPEN]).toEqual(["WebSocket", 1]);
  for (const [url, protocols] of [
    ["ftp://x/", []],
    ["ws://x/", ["a", "a"]],
    ["ws://x/", ["a b"]],
  ] as const) {
    expect(() => new WebSocket(url, protocols)).toThrow(DOMException);
  }
  const socket = new WebSocket(new URL("http://localhost/ws"), ["chat"]);
  expect([socket.url, socket.readyState, socket.CONNECTING]).toEqual(["ws://localhost/ws", 0, 0]);
  expect(() => socket.send("early")).toThrow("CONNECTING");
  const heard: unknown[] = [];
  socket.onopen = () => heard.push("open");
  socket.onmessage = (event) => heard.push((event as MessageEvent).data);
  socket.onclose = (event) => heard.push([(event as CloseEvent).code, (event as CloseEvent).wasClean]);
  await vi.waitFor(() => expect(heard).toEqual(["open"]));
  expect(socket.readyState).toBe(1);
  const frame = JSON.stringify({ type: "SAY", payload: { text: "é" } });
  socket.send(frame);
  await vi.waitFor(() => expect(heard).toEqual(["open", expect.stringContaining("é")]));
  expect(() => socket.close(1001)).toThrow(DOMException);
  expect(() => socket.close(1000, "é".repeat(62))).toThrow(DOMException);
  socket.close(3001, "bye");
  expect(socket.readyState).toBe(2);
  await vi.waitFor(() => expect(heard.at(-1)).toEqual([3001, true]));
  expect(socket.readyState).toBe(3);
});

test.each([
  ["a view", (bytes: Uint8Array) => new Uint8Array(bytes.buffer, 0, bytes.length)],
  ["a buffer", (bytes: Uint8Array) => bytes.slice().buffer],
  ["a blob", (bytes: Uint8Array) => new Blob([bytes as BlobPart])],
])("bytes arrive as %s: JSON's server closes with 1003", async (_, form) => {
  const socket = new (createTestServer(chat()).WebSocket)("ws://localhost/");
  const codes: number[] = [];
  socket.onopen = () => socket.send(form(new TextEncoder().encode("{}")));
  socket.onclose = (event) => codes.push((event as CloseEvent).code);
  await vi.waitFor(() => expect(codes).toEqual([1003]));
});

test("one that is closed while it connects never opens", async () => {
  const router = chat();
  const closed: number[] = [];
  router.onClose((ctx) => void closed.push(ctx.code));
  const server = createTestServer(router);
  const socket = new server.WebSocket("ws://localhost/");
  const heard: string[] = [];
  for (const type of ["open", "close"]) socket.addEventListener(type, () => heard.push(type));
  socket.close();
  await vi.waitFor(() => expect(heard).toEqual(["close"]));
  await server.settle();
  expect(router.connections.size).toBe(0);
});
