import { type Client, wsClient } from "@ws-kit/client/zod";
import { GetUser } from "@ws-kit/conformance/views/messages";
import { serve } from "@ws-kit/node";
import { createRouter } from "@ws-kit/zod";
import type { ReactNode } from "react";
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

let asked: string[];
let fails: boolean;
let router: ReturnType<typeof routerOf>;
let server: ReturnType<typeof serve>;
let client: Client;
let root: Root;

function routerOf() {
  return createRouter()
    .rpc(GetUser, ({ payload }) => {
      asked.push(payload.id);
      if (fails) throw new Error("The database is gone");
      return { name: `user ${payload.id}` };
    })
    .onError(() => {});
}

beforeEach(async () => {
  asked = [];
  fails = true;
  router = routerOf();
  server = serve(router, { port: 0, hostname: "127.0.0.1", allowedOrigins: "*" });
  await server.ready;
  client = wsClient({ url: `ws://127.0.0.1:${server.port}/` });
  root = createRoot(place, { onCaughtError: () => {}, onRecoverableError: () => {} });
});
afterEach(async () => {
  root.unmount();
  await client.close();
  await server.stop();
});

const h = (type: unknown, props: object | null, ...children: ReactNode[]) =>
  React.createElement(type as "div", props, ...children);

/** A component that takes its time, so that React lets others go first in the middle of a tree. */
function Slow(): null {
  const until = performance.now() + 4;
  while (performance.now() < until);
  return null;
}

function boundary() {
  return class Boundary extends React.Component<{ children: ReactNode }, { error?: Error }> {
    override state: { error?: Error } = {};
    static getDerivedStateFromError(error: Error) {
      return { error };
    }
    override render(): ReactNode {
      reset = () => this.setState({ error: undefined as never });
      return this.state.error === undefined ? this.props.children : "failed";
    }
  };
}
let reset = (): void => {};

function Profile({ id }: { id: string }): string {
  return `${ws.useSuspenseRequest(GetUser, { id }).name},`;
}

test("fifty components whose request fails ask once, show it, and ask once more when their boundary is reset", async () => {
  const Boundary = boundary();
  const many = Array.from({ length: 50 }, (_, n) => [h(Slow, { key: `s${n}` }), h(Profile, { key: n, id: "1" })]);
  const tree = h(ws.WsProvider, { client }, h(Boundary, null, h(React.Suspense, { fallback: "wait" }, ...many.flat())));
  React.startTransition(() => root.render(tree));
  await vi.waitFor(() => expect(place.textContent).toBe("failed"), { timeout: 5_000 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect([asked.length, router.connections.size]).toEqual([1, 1]);
  fails = false;
  React.startTransition(() => reset());
  await vi.waitFor(() => expect(place.textContent).toBe("user 1,".repeat(50)), { timeout: 5_000 });
  expect([asked.length, router.connections.size]).toEqual([2, 1]);
});

test("fifty boundaries of one question that fails ask once, however long their tree takes", async () => {
  const Boundary = boundary();
  const many = Array.from({ length: 50 }, (_, n) =>
    h(Boundary, { key: n }, h(React.Suspense, { fallback: "wait" }, h(Slow, null), h(Profile, { id: "1" }))),
  );
  React.startTransition(() => root.render(h(ws.WsProvider, { client }, ...many)));
  await vi.waitFor(() => expect(place.textContent).toBe("failed".repeat(50)), { timeout: 5_000 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect([asked.length, router.connections.size]).toEqual([1, 1]);
  fails = false;
  React.startTransition(() => reset());
  await vi.waitFor(() => expect(place.textContent).toContain("user 1,"), { timeout: 5_000 });
  expect([asked.length, router.connections.size]).toEqual([2, 1]);
});
