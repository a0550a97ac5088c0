import { describe, expect, it } from "vitest";
import { ByteSocket, packetOf, turned } from "../../test/bytes.ts";
import { bench } from "../../test/harness.ts";
import type { Hooks } from "../api/extensions.ts";
import type { Codec } from "../protocol/codec.ts";
import { createRouter } from "../router/create-router.ts";

describe("a gate of a listener whose codec gives bytes", () => {
  const refusing = (codec: Codec) => {
    const seen: unknown[] = [];
    const router = createRouter({ codec });
    const hooks: Hooks = {
      gate(_, packet) {
        seen.push(packet);
        return { error: "RESOURCE_EXHAUSTED", message: "Slow down" };
      },
    };
    router.extend({ name: "limit", setup: () => hooks });
    const { connect, hub } = bench(router);
    const peer = connect({}, new ByteSocket());
    return {
      seen,
      refused: (frame: object | Uint8Array) => {
        const packet = frame instanceof Uint8Array ? frame : packetOf(frame);
        hub.receive(peer.conn, packet.slice().buffer);
        return peer.socket.take()[0]?.["meta"];
      },
    };
  };
  const short = { type: "ASK", meta: { correlationId: "a" } };
  const long = { ...short, payload: "x".repeat(600) };

  it("shows it bytes, and finds whom to answer where a short packet, or the codec's peek, tells", () => {
    const { seen, refused } = refusing(turned);
    expect(refused(short)).toEqual({ correlationId: "a", inReplyTo: "ASK" });
    expect(Object.getPrototypeOf(seen[0])).toBe(Uint8Array.prototype);
    expect(refused(long)).toEqual({});
    expect(refused(new Uint8Array([1]))).toEqual({});
    const peeking = refusing({ ...turned, peek: (packet) => ({ type: `of ${packet.length}`, correlationId: "b" }) });
    expect(peeking.refused(long)).toEqual({ correlationId: "b", inReplyTo: `of ${packetOf(long).length}` });
  });

  it.each([
    () => ({ type: 7, correlationId: {} }) as never,
    () => undefined as never,
    () => {
      throw new Error("broken");
    },
  ])("survives a peek that tells nothing", (peek) => {
    expect(refusing({ ...turned, peek }).refused(short)).toEqual({});
  });
});
