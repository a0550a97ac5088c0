import type { AnyMessage, Contract, ToJsonSchema } from "@ws-kit/core";
import { standardJsonSchema } from "@ws-kit/core/schema";
import type { Sendable, SendAnswer, SendRequest } from "./wire.ts";

/** A router, as far as it is looked at. */
export interface SendingRouter {
  readonly connections: {
    send(clientId: string, message: never, payload: never): boolean;
    has(clientId: string): boolean;
  };
  messages(): readonly { readonly type: string; readonly kind: "on" | "rpc"; readonly definition: AnyMessage }[];
  sends(): readonly AnyMessage[];
  publish(topic: never, message: never, payload: never): Promise<{ readonly ok: boolean; readonly matched: number }>;
}

/** The messages that there are, by type. */
export function catalogue(
  router: SendingRouter,
  more: Contract | readonly AnyMessage[] | undefined,
): Map<string, AnyMessage> {
  const found = new Map(router.sends().map((message) => [message.type, message]));
  const given = isList(more) ? more : Object.values(more?.parts ?? {});
  for (const one of given) {
    if (one.kind !== "topic") found.set(one.type, one);
    else for (const message of one.messages) found.set(message.type, message);
  }
  // The response of an rpc is no message: nobody hears of one that answers nothing.
  for (const { type, definition } of router.messages()) found.set(type, definition);
  return found;
}

function isList(more: Contract | readonly AnyMessage[] | undefined): more is readonly AnyMessage[] {
  return Array.isArray(more);
}

/** Of the validator's own package, where that is installed; schemas of others say themselves what they are. */
async function ownConverter(): Promise<ToJsonSchema> {
  const zod = await import("@ws-kit/zod").catch(() => undefined);
  return (schema, io) =>
    schema["~standard"].vendor === "zod" && zod !== undefined
      ? zod.toJsonSchema(schema, io)
      : standardJsonSchema(schema, io);
}

/** What a form is made from. */
export async function sendables(
  messages: ReadonlyMap<string, AnyMessage>,
  given: ToJsonSchema | undefined,
): Promise<Sendable[]> {
  const convert = given ?? (await ownConverter());
  const responses = new Set([...messages.values()].map((one) => (one as { response?: AnyMessage }).response?.type));
  return [...messages].map(([type, message]) => {
    const { kind, payload } = message;
    const said = message.from as "client" | "server" | undefined;
    const from = said ?? (kind === "rpc" ? "client" : responses.has(type) ? "server" : "either");
    if (payload === undefined) return { type, kind, from, schema: null };
    try {
      return { type, kind, from, schema: convert(payload, "input") };
    } catch {
      // Its validator does not say: the form is a field for JSON.
      return { type, kind, from };
    }
  });
}

/** Sends what a form has; what does not fit the message's schema is answered, and goes nowhere. */
export async function send(
  { type, payload, to }: SendRequest,
  router: SendingRouter,
  messages: ReadonlyMap<string, AnyMessage>,
): Promise<SendAnswer> {
  const message = messages.get(type);
  if (message === undefined) return { ok: false, message: `There is no message ${type}` };
  if ((message.from as string | undefined) === "client" || message.kind === "rpc") {
    return { ok: false, message: `${type} is what clients send` };
  }
  if (message.payload !== undefined) {
    const { issues } = await message.payload["~standard"].validate(payload);
    if (issues !== undefined)
      return { ok: false, message: issues.map(({ message: text, path }) => inWords(text, path)).join("\n") };
  }
  if ("topic" in to) {
    const { ok, matched } = await router.publish(to.topic as never, message as never, payload as never);
    return ok
      ? { ok, message: `Published to ${matched} here` }
      : { ok, message: "It was not published: see the errors" };
  }
  if (!router.connections.has(to.clientId)) return { ok: false, message: `There is no connection ${to.clientId}` };
  const ok = router.connections.send(to.clientId, message as never, payload as never);
  return { ok, message: ok ? "Sent" : "It was not sent: see the errors" };
}

function inWords(text: string, path: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined): string {
  const at = (path ?? []).map((step) => String(typeof step === "object" ? step.key : step)).join(".");
  return at === "" ? text : `${at}: ${text}`;
}
