import { rpc, z } from "@ws-kit/zod";
import { expect, test } from "vitest";
import { keyOf } from "./asking.ts";

const Cents = z.codec(z.string(), z.bigint(), { decode: BigInt, encode: String });
const Pay = rpc("PAY", { cents: Cents }, "PAID", {});

test("a question is named by its payload, also by what JSON does not carry", () => {
  const [one, same, other] = [1n, 1n, 2n].map((cents) => keyOf(Pay, { cents }));
  expect(one).toBe(same);
  expect(one).not.toBe(other);
});
