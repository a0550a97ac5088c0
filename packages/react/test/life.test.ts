import { type Client, wsClient } from "@ws-kit/client/zod";
import { GetUser } from "@ws-kit/conformance/views/messages";
import { serve } from "@ws-kit/node";
import { createRouter } from "@ws-kit/zod";
import type { ReactElement } from "react";
import type { Root } from "react-dom/client";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Loaded, loadInWindow } from "./window.ts";

let React: Loaded["React"];
let createRoot: Loaded["createRoot"];
let ws: Loaded["ws"];
let place: Element;
beforeAll(async () => {
  ({ React, createRoot, ws, place } = await loadInWindow());
});

let made: Client[];
let asked: string[];
let router: ReturnType<typeof routerOf>;
let server: ReturnType<typeof serve>;
let root: Root;

function routerOf() {
  return createRouter().rpc(GetUser, async ({ payload }) => {
    asked.push(payload.id);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { name: `user ${payload.id}` };
  });
}

beforeEach(async () => {
  made = [];
  asked = [];
  router = routerOf();
  server = serve(router, { port: 0, hostname: "127.0.0.1", allowedOrigins: "*" });
  await server.ready;
  root = createRoot(place);
});
afterEach(async () => {
  root.unmount();
  // oxlint-disable-next-line vitest/no-standalone-expect -- of each test: nothing is left of it
  await vi.waitFor(() => expect(made.map(({ state }) => state)).toEqual(made.map(() => "closed")));
  await server.stop();
});

const make = (): Client => {
  const client = wsClient({ url: `ws://127.0.0.1:${server.port}/` });
  made.push(client);
  return client;
};
const provider = (child: ReactElement): ReactElement => React.createElement(ws.WsProvider, { client: make }, child);
const shows = (text: string): Promise<void> => vi.waitFor(() => expect(place.textContent).toBe(text));

function Profile({ id = "1" }: { id?: string }): string {
  return ws.useSuspenseRequest(GetUser, { id }).name;
}

test.each([false, true])("what suspends above its provider is shown by one client (StrictMode: %s)", async (strict) => {
  let set!: (id: string) => void;
  function Page() {
    const [id, setId] = React.useState("1");
    set = setId;
    return provider(React.createElement(Profile, { id }));
  }
  const tree = React.createElement(React.Suspense, { fallback: "wait" }, React.createElement(Page));
  root.render(strict ? React.createElement(React.StrictMode, null, tree) : tree);
  await shows("user 1");
  expect([made.length, asked, router.connections.size]).toEqual([1, ["1"], 1]);
  // Hidden again meanwhile, by which nobody has left.
  set("2");
  await shows("user 2");
  expect([made.length, asked, made[0]?.state]).toEqual([1, ["1", "2"], "open"]);
});

test("two providers that are given one function lose nothing when one of them goes", async () => {
  let set!: (both: boolean) => void;
  function Page() {
    const [both, setBoth] = React.useState(true);
    set = setBoth;
    const one = (key: string) => React.createElement(React.Fragment, { key }, provider(React.createElement(State)));
    return both ? [one("a"), one("b")] : [one("a")];
  }
  function State(): string {
    ws.useRequest(GetUser, { id: "1" });
    return `${ws.useConnection().state} `;
  }
  root.render(React.createElement(Page));
  await shows("open open ");
  set(false);
  await shows("open ");
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(place.textContent).toBe("open ");
});

test("what <Activity> has hidden asks again where it is shown, by the same client", async () => {
  let set!: (mode: "visible" | "hidden") => void;
  function User(): string {
    const { data, error } = ws.useRequest(GetUser, { id: "1" });
    return `${data?.name} ${error?.message} ${ws.useConnection().state}`;
  }
  function Page() {
    const [mode, setMode] = React.useState<"visible" | "hidden">("visible");
    set = setMode;
    return React.createElement(React.Activity, { mode, children: provider(React.createElement(User)) });
  }
  root.render(React.createElement(Page));
  await shows("user 1 undefined open");
  set("hidden");
  await vi.waitFor(() => expect(made[0]?.state).toBe("closed"));
  set("visible");
  await vi.waitFor(() => expect(asked).toEqual(["1", "1"]));
  await shows("user 1 undefined open");
  expect(made).toHaveLength(1);
});

test("a function may take the place of the application's client, and the other way round, with one socket each", async () => {
  const applications = wsClient({ url: `ws://127.0.0.1:${server.port}/` });
  let set!: (client: Client | typeof make) => void;
  function User(): string {
    const { data, isPending } = ws.useRequest(GetUser, { id: "1" });
    return `${data?.name} ${isPending} ${ws.useConnection().state}`;
  }
  function Page() {
    const [client, setClient] = React.useState<Client | typeof make>(applications);
    set = (next) => setClient(() => next);
    return React.createElement(ws.WsProvider, { client }, React.createElement(User));
  }
  root.render(React.createElement(React.StrictMode, null, React.createElement(Page)));
  for (const [next, count] of [
    [make, 1],
    [applications, 1],
    [make, 1],
  ] as const) {
    await shows("user 1 false open");
    const before = asked.length;
    React.startTransition(() => set(next));
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before));
    await shows("user 1 false open");
    expect(made).toHaveLength(count);
    await vi.waitFor(() => expect(made[0]?.state).toBe(next === make ? "open" : "closed"));
    expect(applications.state).toBe("open");
  }
  await applications.close();
});

test("an answer is never rendered as that of another question", async () => {
  let set!: (id: string) => void;
  const seen: string[] = [];
  function User() {
    const [id, setId] = React.useState("1");
    set = setId;
    const { data, isPending } = ws.useRequest(GetUser, { id });
    seen.push(`${id}: ${data?.name} ${isPending}`);
    return data?.name ?? "";
  }
  root.render(provider(React.createElement(User)));
  await shows("user 1");
  set("2");
  await shows("user 2");
  expect(seen.filter((line, index) => line !== seen[index - 1])).toEqual([
    "1: undefined true",
    "1: user 1 false",
    "2: user 1 true",
    "2: user 2 false",
  ]);
});
