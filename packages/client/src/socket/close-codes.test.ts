import { CLOSE, isTerminalClose } from "@ws-kit/core/protocol";
import { expect, test } from "vitest";
import { TIMEOUT, UNAUTHENTICATED } from "./close-codes.ts";

test("the client's close codes are those of the protocol", () => {
  expect({ TIMEOUT, UNAUTHENTICATED }).toEqual({ TIMEOUT: CLOSE.TIMEOUT, UNAUTHENTICATED: CLOSE.UNAUTHENTICATED });
});

test("the terminal close codes are those of the protocol's table", () => {
  const terminal = Object.entries(CLOSE).filter(([, code]) => isTerminalClose(code));
  expect(terminal.map(([name]) => name)).toEqual([
    "PROTOCOL_ERROR",
    "UNSUPPORTED_DATA",
    "INVALID_DATA",
    "POLICY",
    "TOO_BIG",
    "BAD_REQUEST",
    "FORBIDDEN",
  ]);
});
