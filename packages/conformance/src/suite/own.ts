import { describe, expect, test } from "vitest";
import type { Bed } from "../bed.ts";
import { Refusal } from "../target.ts";

/** `createRouter({ authenticate })`, where an endpoint has no other. */
export function own(bed: Bed): void {
  describe("a router's own authenticate", () => {
    test.for([
      ["undefined", 401, "Not authenticated"],
      ["async-null", 401, "Not authenticated"],
      ["response", 402, "Pay first"],
      ["async-response", 451, "Not from here"],
    ] as const)("that ends with %s refuses with %i", async ([auth, status, body]) => {
      const refusal = await bed
        .room("own")
        .join({ query: { auth } })
        .catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(Refusal);
      expect(refusal).toMatchObject({ status, body });
    });

    test.for([undefined, "async"])("says what a connection's data is (%s)", async (auth) => {
      const room = bed.room("own");
      const peer = await room.join({ query: { role: "admin", ...(auth && { auth }) } });
      peer.request("WHO", "1");
      const { clientId, data } = (await peer.next()).payload;
      expect(data).toMatchObject({ test: room.id, role: auth === undefined ? "admin" : "late", clientId });
    });

    test("reads the token of the upgrade", async () => {
      const peer = await bed.room("own").join({ query: { auth: "token" }, headers: { authorization: "Bearer t-1" } });
      peer.request("WHO", "1");
      expect((await peer.next()).payload.data).toMatchObject({ token: "t-1" });
    });
  });
}
