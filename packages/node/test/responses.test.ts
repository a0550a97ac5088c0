import { serve } from "@ws-kit/node";
import { createRouter } from "@ws-kit/zod";
import { expect, onTestFinished, test } from "vitest";

function lockedSoon(): Response {
  const response = new Response("xyz");
  queueMicrotask(() => response.body?.getReader());
  return response;
}

/** By one line of the log each: what `Response` takes, and Node does not. */
const ODD: Readonly<Record<string, () => Response>> = {
  "a control character": () => new Response("x", { headers: { "x-own": "a\u0001b" } }),
  "a Trailer without chunks": () => new Response("x", { headers: { trailer: "x-a", "content-length": "1" } }),
  "a Trailer without a body": () => new Response(null, { headers: { trailer: "x-a", "content-length": "0" } }),
  "a body that is read elsewhere": () => {
    const response = new Response("x");
    response.body?.getReader();
    return response;
  },
  "a body that is read elsewhere soon": lockedSoon,
  "headers that change": () => {
    let looks = 0;
    return Object.defineProperty(new Response("x"), "headers", {
      get: () => (looks++ === 0 ? new Headers() : new Headers({ "x-own": "\u0001" })),
    });
  },
};

test.for(Object.keys(ODD))(
  "a response with %s is a 500 and one line of the log, and the process goes on",
  async (name) => {
    const lines: string[] = [];
    const logger = { debug() {}, warn() {}, error: (line: string) => void lines.push(line) };
    const running = serve(createRouter({ logger }), {
      port: 0,
      hostname: "127.0.0.1",
      fetch: (req) => (new URL(req.url).pathname === "/odd" ? (ODD[name] as () => Response)() : new Response("page")),
    });
    await running.ready;
    onTestFinished(() => running.stop());
    const { status } = await fetch(new URL("/odd", running.url));
    expect([status, lines]).toEqual([500, ["fetch failed"]]);
    expect(await (await fetch(running.url)).text()).toBe("page");
  },
);
