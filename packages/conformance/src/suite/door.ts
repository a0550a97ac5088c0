import { beforeAll, describe, expect, test } from "vitest";
import type { Bed } from "../bed.ts";
import { ask, upgradeOf, type RawAnswer, type UpgradeText } from "../raw.ts";
import type { Refusal } from "../target.ts";

async function statusFrom(bed: Bed, origin: string): Promise<number> {
  try {
    await bed.room("decided").join({ headers: { origin } });
    return 101;
  } catch (error) {
    return (error as Refusal).status;
  }
}

function getOf(target: string, host: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
}

/** What stands at the door: requests that no library would write, and everything `authenticate` may end with. */
export function door(bed: Bed): void {
  describe("door", () => {
    test.for([
      ["returned-response", 402, "Pay first"],
      ["async-returned-response", 402, "Pay first"],
      ["constant", 403, "You are banned"],
      ["returned-error", 500, "Authentication failed"],
      ["async-returned-error", 500, "Authentication failed"],
      ["list", 500, "Authentication failed"],
      ["date", 500, "Authentication failed"],
      ["instance", 500, "Authentication failed"],
      ["string", 500, "Authentication failed"],
      ["number", 500, "Authentication failed"],
      ["true", 500, "Authentication failed"],
    ] as const)("authenticate that gives %s refuses with %i, each time", async ([auth, status, body]) => {
      for (let time = 0; time < 3; time++) {
        const refused = await bed
          .room()
          .join({ query: { auth } })
          .catch((error: unknown) => error as Refusal);
        expect(refused).toMatchObject({ status, body });
      }
    });

    test("the log says what authenticate should return", async () => {
      await bed
        .room()
        .join({ query: { auth: "list" } })
        .catch(() => {});
      const said = "authenticate returned an array: return a plain object to let the connection in";
      await expect.poll(() => bed.target.logs()).toContain(said);
    });

    test("an asynchronous allowedOrigins is waited for, and what fails lets nobody in", async () => {
      expect(await statusFrom(bed, "https://app.example")).toBe(101);
      expect(await statusFrom(bed, "https://evil.example")).toBe(403);
      expect(await statusFrom(bed, "https://broken.example")).toBe(500);
      expect(await statusFrom(bed, "https://truthy.example")).toBe(403);
    });

    test("maxConnectionsPer refuses with 429 until one has gone", async () => {
      const room = bed.room("decided");
      const join = () => room.join({ query: { share: room.id } });
      const [first] = [await join(), await join()];
      expect(await join().catch((error: unknown) => error)).toMatchObject({ status: 429 });
      const { refusals } = await room.control("refusals");
      expect(refusals).toContainEqual({ status: 429, cause: "maxConnectionsPer", path: "/decided" });
      first.wire.close();
      await first.closed;
      await expect
        .poll(() =>
          join().then(
            () => "in",
            () => "refused",
          ),
        )
        .toBe("in");
      expect(await join().catch((error: unknown) => error)).toMatchObject({ status: 429 });
    });

    test("peers that vanish during authenticate give their places back", { timeout: 40_000 }, async (context) => {
      bed.needs("network", context);
      const room = bed.room("decided");
      const abort = new AbortController();
      const query = { share: room.id };
      const hold = { query: { ...query, auth: "hold" }, signal: abort.signal };
      const pending = [1, 2].map(() => room.join(hold).catch(() => "gone"));
      await room.until("held", ({ held }) => held === true);
      const bothGetIn = async () => {
        const joined = await Promise.allSettled([room.join({ query }), room.join({ query })]);
        for (const each of joined) if (each.status === "fulfilled") each.value.wire.close();
        return joined.every(({ status }) => status === "fulfilled");
      };
      abort.abort();
      expect(await Promise.all(pending)).toEqual(["gone", "gone"]);
      await room.control("release");
      // Deno tells nothing of them.
      await expect.poll(bothGetIn, { timeout: 20_000, interval: 500 }).toBe(true);
    });

    test("the peer's address is told", async () => {
      // On Workers it is Cloudflare that tells.
      const peer = await bed.room().join({ query: { auth: "peer" }, headers: { "cf-connecting-ip": "127.0.0.1" } });
      peer.request("WHO", "1");
      expect((await peer.next()).payload.data.by).toMatch(/^(127\.0\.0\.1|::1)$/);
    });
  });

  describe("door, byte for byte", () => {
    let host: string;
    beforeAll(async () => {
      host = bed.can.network ? String((await bed.room().control("host"))["host"]) : "";
    });
    const up = (target: string, text: Partial<UpgradeText> = {}): Promise<RawAnswer> =>
      ask(host, upgradeOf(target, { host, ...text }));

    test.for(["/main", "/x/../main", "/./main", "/main?token=x", "/x/%2e%2e/main"])(
      "the target %s is the endpoint",
      async (target, context) => {
        bed.needs("network", context);
        expect((await up(target)).status).toBe(101);
      },
    );

    test.for(["//main", "/main/", "/Main", "/%6dain", "/x"])("the target %s is not", async (target, context) => {
      bed.needs("network", context);
      expect((await up(target)).status).not.toBe(101);
    });

    test("a target in absolute form keeps its query, and Host says which host it is", async (context) => {
      bed.needs("rawRequests", context);
      const absolute = `http://${host}/main?auth=headers`;
      const answer = await up(absolute);
      expect([answer.status, /x-token: headers/i.test(answer.head)]).toEqual([101, true]);
    });

    test("so it does for a request that is no upgrade", async (context) => {
      bed.needs("rawRequests", context);
      for (const target of ["/where?x=1", "http://other.example/where?x=1", `http://${host}/where?x=1`]) {
        const { status, body } = await ask(host, getOf(target, host));
        expect([status, body.includes(`http://${host}/where?x=1`)]).toEqual([200, true]);
      }
    });

    test.for([
      ["no Host", null, "1.1"],
      ["no Host in HTTP/1.0", null, "1.0"],
      ["an empty Host", "", "1.1"],
      ["a blank in it", "a b", "1.1"],
      ["a port that is none", "a:99999", "1.1"],
      ["a user in it", "user@a.example", "1.1"],
      ["a path in it", "a.example/b", "1.1"],
      ["two of them", "a.example\r\nHost: b.example", "1.1"],
      ["two in one", "a.example, b.example", "1.1"],
      ["another alphabet", "bücher.example", "1.1"],
    ] as const)("an upgrade with %s is 400, and tells nothing of the source", async ([, given, version], context) => {
      bed.needs("rawRequests", context);
      const answer = await up("/main", { host: given, version });
      expect(answer.status).toBe(400);
      expect(answer.head + answer.body).not.toMatch(/node_modules|\.ts:|at .*\(/);
    });

    test.for([
      ["app.example", "https://app.example", 101],
      ["app.example:443", "https://app.example", 101],
      ["app.example:80", "http://app.example", 101],
      ["App.Example", "https://app.example", 101],
      ["[0:0:0:0:0:0:0:1]:3000", "http://[::1]:3000", 101],
      ["app.example", "https://evil.example", 403],
      ["app.example", "null", 403],
      ["app.example", "file://", 403],
      ["app.example:8080", "https://app.example", 403],
    ] as const)("Host %s and Origin %s: %i", async ([given, origin, status], context) => {
      bed.needs("network", context);
      expect((await up("/main", { host: given, lines: [`Origin: ${origin}`] })).status).toBe(status);
    });

    test("one of several protocols to upgrade to", async (context) => {
      bed.needs("network", context);
      const status = bed.can.upgradeLists ? 101 : 426;
      for (const upgrade of ["h2c, WebSocket", "h2c\r\nUpgrade: websocket"]) {
        expect((await up("/main", { upgrade })).status).toBe(status);
      }
      expect(bed.target.alive()).toBe(true);
    });

    test("an offer of h2c alone is ignored", async (context) => {
      bed.needs("network", context);
      const answer = await ask(
        host,
        `GET /hello HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
      );
      expect([answer.status, answer.body.includes("hello by GET")]).toEqual([200, true]);
    });

    test.for(["ws-kit.token.abc", "unknown", '"q"', "a b", "ws-kit.token.abc, unknown"])(
      "of the subprotocols %s none is selected",
      async (offered, context) => {
        bed.needs("network", context);
        const { status, head } = await up("/main", { lines: [`Sec-WebSocket-Protocol: ${offered}`] });
        expect(status).toBe(101);
        expect(head).not.toMatch(/^sec-websocket-protocol/im);
      },
    );

    test("a header that cannot be sent is left out of the answer to an upgrade, which the log says", async (context) => {
      bed.needs("network", context);
      const admitted = await up("/main?auth=controls");
      expect([admitted.status, /^x-own:/im.test(admitted.head)]).toEqual([101, false]);
      const refused = await up("/main?auth=controls-refused");
      expect([refused.status, /^x-own:/im.test(refused.head)]).toEqual([402, false]);
      await expect.poll(() => bed.target.logs()).toContain("peer.headers has a header x-own with a control character");
      expect(bed.target.alive()).toBe(true);
    });

    test("the 101 carries the headers and cookies of authenticate, beside the subprotocol", async (context) => {
      bed.needs("network", context);
      const { status, head } = await up("/main?auth=headers", { lines: ["Sec-WebSocket-Protocol: chat.v1,chat.v2"] });
      expect(status).toBe(101);
      for (const line of [
        /^set-cookie: a=1$/im,
        /^set-cookie: b=2; Path=\/$/im,
        /^sec-websocket-protocol: chat\.v2$/im,
      ]) {
        expect(head).toMatch(line);
      }
    });
  });
}
