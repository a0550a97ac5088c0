import type { PartHandlers } from "../api/contracts.ts";
import { checkContract, type Contract, handledParts } from "../message/contract.ts";
import { aKind } from "../base/options.ts";
import type { Parts } from "../message/parts.ts";
import type { AnyMessage } from "../message/message.ts";

interface Handling {
  on(message: AnyMessage, handler: never): unknown;
  rpc(message: AnyMessage, handler: never): unknown;
}

/** Registers a handler for each part of a contract. @throws TypeError for one that is missing, or of no part. */
export function handleContract<P extends Parts, Data>(
  router: Handling,
  contract: Contract<P>,
  handlers: PartHandlers<P, Data>,
): void {
  checkContract("router.handle()", contract);
  if (typeof handlers !== "object" || handlers === null) {
    throw new TypeError(`router.handle() takes an object with a handler for each part, not ${aKind(handlers)}`);
  }
  const given = handlers as Readonly<Record<string, (ctx: never) => unknown>>;
  const parts = new Map(handledParts(contract));
  for (const name of new Set([...parts.keys(), ...Object.keys(given)])) {
    const message = parts.get(name);
    const handler = Object.hasOwn(given, name) ? given[name] : undefined;
    if (message === undefined) throw new TypeError(`${name} is nothing in the contract that clients send`);
    if (handler === undefined) throw new TypeError(`${name} of the contract has no handler`);
    if (message.kind === "rpc") router.rpc(message, handler as never);
    else router.on(message, handler as never);
  }
}
