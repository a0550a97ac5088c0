import { endLease } from "../contexts/expiry.ts";
import { describeDifference, type Difference, differenceTo } from "../message/agreement.ts";
import type { Contract } from "../message/contract.ts";
import { CLOSE } from "../protocol/codes.ts";
import { CONTRACT_TYPE } from "../protocol/envelope.ts";
import { contractOffered } from "../protocol/subprotocols.ts";
import { flushAll } from "../sending/frames.ts";
import { post } from "../sending/send.ts";
import type { Connection } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";

/** What clients of a listener should have agreed to, and how those that come differ. */
export class Agreement {
  readonly contract: Contract;
  private readonly differences = new WeakMap<object, Difference>();

  constructor(contract: Contract) {
    this.contract = contract;
  }

  /** Remembers how the contract of an upgrade request differs, by the data of its connection. Who offers none is not asked. */
  look(req: Pick<UpgradeRequest, "headers">, data: object): void {
    const theirs = contractOffered(req.headers.get("sec-websocket-protocol"));
    const difference = theirs === undefined ? undefined : differenceTo(this.contract, theirs);
    if (difference !== undefined) this.differences.set(data, difference);
  }

  differenceOf(data: object): Difference | undefined {
    return this.differences.get(data);
  }
}

/**
 * Tells a client that it has another contract, and the log. Where the contract is strict the connection ends before any
 * handler hears of it.
 * @returns whether it goes on.
 */
export function agree(conn: Connection, agreement: Agreement): boolean {
  const difference = agreement.differenceOf(conn.data);
  if (difference === undefined) return true;
  const { hub } = conn;
  const { contract } = agreement;
  const message = describeDifference(contract, difference);
  const { names: differing } = difference;
  const frame = hub.codec.encode({ type: CONTRACT_TYPE, payload: { message, differing, strict: contract.strict } });
  post(conn, frame, CONTRACT_TYPE, undefined);
  if (!contract.strict) {
    hub.logger.warn(message);
    return true;
  }
  hub.logger.error(message);
  refuse(conn);
  return false;
}

function refuse(conn: Connection): void {
  const { hub } = conn;
  const reason = "The client has another contract";
  flushAll(hub);
  conn.state = CLOSED;
  hub.connections.delete(conn);
  endLease(conn);
  hub.hooks?.closed(conn, CLOSE.BAD_REQUEST, reason, true);
  conn.socket.close(CLOSE.BAD_REQUEST, reason);
}
