import { CLOSE, isTerminalClose } from "@ws-kit/core/protocol";
import { expect, test } from "vitest";
import { BAD_REQUEST, fitCode, TIMEOUT, UNAUTHENTICATED } from "./close-codes.ts";

test("the client's close codes are those of the protocol", () => {
  expect({ BAD_REQUEST, TIMEOUT, UNAUTHENTICATED }).toEqual({
    BAD_REQUEST: CLOSE.BAD_REQUEST,
    TIMEOUT: CLOSE.TIMEOUT,
    UNAUTHENTICATED: CLOSE.UNAUTHENTICATED,
  });
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

test.each([
  [1000, 1000],
  [1001, 1000],
  [2999, 1000],
  [3000, 3000],
  [4999, 4999],
  [5000, 1000],
  [Number.NaN, 1000],
])("a page closes with %d by %d", (given, sent) => {
  expect(fitCode(given)).toBe(sent);
});
