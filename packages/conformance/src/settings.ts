import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deferred } from "./gates.ts";
import { patiently } from "./peer.ts";
import { socketsOf, spawnTarget } from "./real.ts";
import { TIGHT } from "./settings-app.ts";
import type { ConnectOptions, Target, Wire } from "./target.ts";

/** Milliseconds in which a runtime that looks at its sockets now and then has found one idle for a second. */
const IDLE_MS = 20_000;

const echo = (length: number): string => JSON.stringify({ type: "ECHO", payload: { text: "x".repeat(length) } });

/**
 * Holds that two listeners of one router keep their settings apart.
 *
 * @param args Starts a server with `TIGHT` on the path `/tight` and the defaults on `/wide`. Where the two need ports of
 *   their own, it prints `WIDE <port>` before `LISTENING <port>`.
 * @param compresses Whether the runtime can compress.
 */
export function settings(name: string, command: string, args: readonly string[], { compresses = true } = {}): void {
  describe(`${name}: two handlers of one router`, () => {
    let target: Target;
    let wide: Pick<Target, "connect">;
    beforeAll(async () => {
      target = await spawnTarget(command, args);
      const port = /^WIDE (\d+)$/m.exec(target.logs())?.[1];
      wide = port === undefined ? target : socketsOf(`127.0.0.1:${port}`);
    });
    afterAll(() => target.stop());

    async function connect(which: "tight" | "wide", options: ConnectOptions = {}) {
      const answer = deferred<string>();
      const closed = deferred<number>();
      const wire: Wire = await (which === "tight" ? target : wide).connect(`/${which}`, options, {
        message: (packet) => answer.resolve(String(packet)),
        closed: (code) => closed.resolve(code),
      });
      return { wire, answer: answer.promise, closed: closed.promise };
    }

    test("maxPayloadBytes", async () => {
      const over = echo(TIGHT.maxPayloadBytes);
      const [tight, other] = [await connect("tight"), await connect("wide")];
      tight.wire.send(over);
      other.wire.send(over);
      expect(await patiently("the close", tight.closed)).toBe(1009);
      expect(await patiently("the answer", other.answer)).toContain("xxx");
      other.wire.close();
      const again = await connect("tight");
      again.wire.send(echo(1_000));
      expect(await patiently("the answer", again.answer)).toContain("xxx");
      again.wire.close();
    });

    test("compression", async () => {
      const [tight, other] = [await connect("tight", { deflate: true }), await connect("wide", { deflate: true })];
      expect(tight.wire.extensions.startsWith("permessage-deflate")).toBe(compresses);
      expect(other.wire.extensions).toBe("");
      tight.wire.close();
      other.wire.close();
    });

    test("idleTimeoutSeconds", { timeout: IDLE_MS + 10_000 }, async () => {
      const [tight, other] = [await connect("tight", { deaf: true }), await connect("wide", { deaf: true })];
      const late = new Promise((resolve) => setTimeout(resolve, IDLE_MS, "still open"));
      // Deno goes with a close frame.
      expect([1001, 1006]).toContain(await Promise.race([tight.closed, late]));
      other.wire.send(echo(1));
      expect(await patiently("the answer", other.answer)).toContain("x");
      other.wire.close();
    });
  });
}
