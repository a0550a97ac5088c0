import { tokenProtocols } from "@ws-kit/core/protocol";
import { describe, expect, test } from "vitest";
import type { Bed, Joining, Room } from "../bed.ts";
import { Refusal } from "../target.ts";

async function refusal(room: Room, options: Joining): Promise<Refusal> {
  try {
    await room.join(options);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("The upgrade was accepted");
}

/** Who may connect, and what a connection's data is from then on. */
export function upgrade(bed: Bed): void {
  describe("upgrade", () => {
    test.for([
      ["undefined", 401, "Not authenticated"],
      ["null", 401, "Not authenticated"],
      ["false", 401, "Not authenticated"],
      ["async-null", 401, "Not authenticated"],
      ["response", 402, "Pay first"],
      ["async-response", 451, "Not from here"],
      ["error", 500, "Authentication failed"],
      ["async-error", 500, "Authentication failed"],
    ] as const)("authenticate that ends with %s refuses with %i", async ([auth, status, body]) => {
      const refused = await refusal(bed.room(), { query: { auth } });
      expect({ status: refused.status, body: refused.body }).toEqual({ status, body });
    });

    test("a thrown Response keeps its headers", async () => {
      const { headers } = await refusal(bed.room(), { query: { auth: "response" } });
      expect(headers["x-reason"]).toBe("unpaid");
    });

    test("authenticate may take its time", async () => {
      const peer = await bed.room().join({ query: { auth: "async" } });
      peer.request("WHO", "1");
      expect((await peer.next()).payload.data.role).toBe("late");
    });

    test("authenticate that never ends refuses with 408 after authTimeoutMs", async () => {
      const pending = refusal(bed.room("tight"), { query: { auth: "never" } });
      await bed.target.elapse(300);
      expect((await pending).status).toBe(408);
    });

    test("a peer that leaves during authenticate leaves nothing behind", async () => {
      const room = bed.room();
      const abort = new AbortController();
      const pending = room.join({ query: { auth: "hold" }, signal: abort.signal }).catch(() => "gone");
      await room.until("held", ({ held }) => held === true);
      abort.abort();
      expect(await pending).toBe("gone");
      const watcher = await room.watch();
      await room.control("release");
      await room.until("connections", ({ count }) => count === 1);
      await watcher.settle();
      expect(await room.control("connections")).toEqual({ count: 1 });
    });

    test("data is what authenticate returned, with a clientId that the server made", async () => {
      const room = bed.room();
      const [a, b] = await Promise.all([room.join({ query: { role: "admin" } }), room.join()]);
      a.request("WHO", "1");
      b.request("WHO", "1");
      const [first, second] = [(await a.next()).payload, (await b.next()).payload];
      expect(first.data).toEqual({ test: room.id, role: "admin", clientId: first.clientId });
      expect(first.clientId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(second.clientId).not.toBe(first.clientId);
    });

    test("authenticate may supply the clientId; data.clientId is the user's to overwrite, ctx.clientId is not", async () => {
      const room = bed.room();
      const peer = await room.join({ query: { clientId: `me-${room.id}` } });
      peer.send("ASSIGN", { data: { clientId: "other" } });
      peer.request("WHO", "1");
      const { clientId, data } = (await peer.next()).payload;
      expect({ clientId, own: data.clientId }).toEqual({ clientId: `me-${room.id}`, own: "other" });
    });

    test("two connections never share one data object", async () => {
      const room = bed.room();
      const [a, b] = [await room.join({ query: { auth: "shared" } }), await room.join({ query: { auth: "shared" } })];
      a.send("ASSIGN", { data: { mine: true } });
      await a.settle();
      b.request("WHO", "1");
      expect((await b.next()).payload.data).not.toHaveProperty("mine");
    });

    test("an Origin of another host is refused, and the log names the option that would allow it", async () => {
      const refused = await refusal(bed.room(), { headers: { origin: "https://evil.example" } });
      expect({ status: refused.status, body: refused.body }).toEqual({
        status: 403,
        body: "This origin may not connect",
      });
      await expect.poll(() => bed.target.logs()).toContain('allowedOrigins: ["https://evil.example"]');
    });

    test("the Origin is checked before authenticate runs", async () => {
      const refused = await refusal(bed.room(), {
        headers: { origin: "https://evil.example" },
        query: { auth: "null" },
      });
      expect(refused.status).toBe(403);
    });

    test("the same host is allowed by default", async () => {
      const host = await bed.room().control("host");
      const peer = await bed.room().join({ headers: { origin: `http://${String(host["host"])}` } });
      await peer.silent();
    });

    test("allowedOrigins replaces the default", async () => {
      const room = bed.room("listed");
      const peer = await room.join({ headers: { origin: "https://app.example" } });
      await peer.silent();
      expect((await refusal(room, { headers: { origin: "https://app.example.evil.example" } })).status).toBe(403);
    });

    test("a peer without Origin is no browser, and is let in", async () => {
      const peer = await bed.room("listed").join();
      await peer.silent();
    });

    test.for([
      ["the Authorization header", { headers: { authorization: "Bearer t0k.en" } }],
      ["the query", { query: { token: "t0k.en" } }],
      ["the subprotocol", { protocols: tokenProtocols("t0k.en") }],
    ] as const)("a token is read from %s", async ([, options]) => {
      const peer = await bed
        .room()
        .join({ ...options, query: { auth: "token", ...("query" in options && options.query) } });
      peer.request("WHO", "1");
      expect((await peer.next()).payload.data.token).toBe("t0k.en");
    });

    test("the subprotocol chosen is never the one that carries the token", async (context) => {
      bed.needs("network", context);
      const room = bed.room();
      const chosen = async (...protocols: string[]) => (await room.join({ protocols })).wire.protocol;
      expect(await chosen(...tokenProtocols("t0k.en").toReversed())).toBe("ws-kit");
      expect(await chosen("chat.v2", "chat.v1")).toBe("chat.v2");
      expect(await chosen()).toBe("");
    });

    test("compression is off unless asked for", async (context) => {
      bed.needs("compression", context);
      expect((await bed.room().join({ deflate: true })).wire.extensions).toBe("");
    });

    test("a request that is no upgrade is answered 426", async () => {
      expect((await bed.target.http("/main")).status).toBe(426);
    });

    test("HTTP goes on beside the sockets", async () => {
      const response = await bed.target.http("/hello", { method: "POST" });
      expect(await response.text()).toBe("hello by POST");
      expect((await bed.target.http("/nowhere")).status).toBe(404);
    });
  });
}
