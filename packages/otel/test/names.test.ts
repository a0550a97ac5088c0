import * as stable from "@opentelemetry/semantic-conventions";
import * as incubating from "@opentelemetry/semantic-conventions/incubating";
import { expect, it } from "vitest";
import { failure, messaging, rpc } from "../src/names.ts";

// The conventions for RPC are stable; those for messaging are not yet.
it.each([
  ["stable, of requests", stable, { ...rpc("ADD"), ...failure("NOT_FOUND", "NOT_FOUND", true) }],
  ["of messages", incubating, messaging("send", "SAY")],
])("calls attributes what OpenTelemetry does: %s", (_, conventions, attributes) => {
  const known = new Set(
    Object.entries<unknown>({ ...conventions }).flatMap(([name, value]) => (name.startsWith("ATTR_") ? value : [])),
  );
  expect(Object.keys(attributes).filter((name) => !known.has(name))).toEqual([]);
});
