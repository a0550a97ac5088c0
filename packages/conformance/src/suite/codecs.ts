import { describe, expect, test } from "vitest";
import type { Bed } from "../bed.ts";
import type { Refusal } from "../target.ts";

/** Which codec is spoken, and who has to be told that it is another one. */
export function codecs(bed: Bed): void {
  const { name, protocols } = bed.dialect;
  const isJson = name === "json";
  const subprotocol = isJson ? "ws-kit" : `ws-kit.${name}`;
  const silent = { message: () => {}, closed: () => {} };
  const ask = (offered: readonly string[]) =>
    bed.target.connect("/main?test=codecs", { protocols: offered }, silent).then(
      (wire) => {
        wire.vanish();
        return wire.protocol;
      },
      ({ status, body }: Refusal) => `${status} ${body}`,
    );

  describe("codecs", () => {
    test("a client that offers the endpoint's is given it, whatever else it offers", async () => {
      expect(await ask([...protocols, subprotocol].slice(0, 1))).toBe(subprotocol);
      expect(await ask(["ws-kit.other", subprotocol, "ws-kit.token.abc"])).toBe(subprotocol);
      expect(await ask([subprotocol, "chat.v1"])).toBe("chat.v1");
    });

    const says = `400 This endpoint speaks "${name}", by the subprotocol ${subprotocol}; the client offers`;

    test("a client of another one is refused with 400, and told both", async () => {
      expect(await ask(["ws-kit.other", "ws-kit.token.abc"])).toBe(`${says} "other"`);
    });

    test("who names none speaks JSON", async () => {
      // The client in memory adds what it speaks, where nothing of WS-Kit's is offered.
      const offers = bed.can.network ? [["ws-kit"], [], ["chat.v1"]] : [["ws-kit"]];
      const answers = await Promise.all(offers.map(ask));
      expect(answers).toEqual(offers.map(([offer = ""]) => (isJson ? offer : `${says} "json"`)));
    });
  });
}
