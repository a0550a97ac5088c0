import type { AnyMessage, AnyRpc } from "./any.ts";
import { aKind } from "../base/options.ts";
import { ERROR_CODES } from "../protocol/codes.ts";

/** @throws TypeError for what is no message: in plain JavaScript its type alone is soon given in its place. */
export function checkMessage(where: string, message: unknown): void {
  if (typeof message !== "object" || message === null || !("~validators" in message)) {
    throw notAMessage(where, message);
  }
}

/** Says what to give instead. */
export function notAMessage(where: string, given: unknown): TypeError {
  const type = typeof given === "string" ? JSON.stringify(given) : '"SAY"';
  const what = typeof given === "string" ? `the text ${type}` : aKind(given);
  return new TypeError(
    `${where} takes a message as message() and rpc() make it, not ${what}: const Say = message(${type}, { … }), and then ${where.replace("()", "(Say, …)")}`,
  );
}

/** @throws TypeError for a handler that is none. */
export function checkHandler(where: string, handler: unknown): void {
  if (typeof handler !== "function") throw new TypeError(`${where} takes a function, not ${aKind(handler)}`);
}

/** @throws TypeError for a message that servers alone send: no client may, so nothing would ever arrive. */
export function fromClients({ type, from }: AnyMessage): void {
  if (from === "server") throw new TypeError(`${JSON.stringify(type)} is sent by servers alone`);
}

/** @throws TypeError for errors of an rpc that are none of gRPC's status codes. */
export function checkErrorCodes(message: AnyMessage): void {
  for (const code of Object.keys((message as Partial<AnyRpc>).errors ?? {})) {
    if (Object.hasOwn(ERROR_CODES, code)) continue;
    const type = JSON.stringify(message.type);
    throw new TypeError(`${JSON.stringify(code)}, in the errors of ${type}, is no gRPC status code`);
  }
}
