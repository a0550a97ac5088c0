import { type Envelope, MAX_CORRELATION_ID } from "../protocol/envelope.ts";
import { deliver, type Delivered } from "./deliver.ts";
import { RpcContextImpl } from "./rpc-context.ts";
import { refuse, refuseAs } from "../sending/refusals.ts";
import type { Remembered } from "../state/answers.ts";
import type { Connection } from "../state/connection.ts";
import type { CompiledRoute } from "../state/route.ts";

/** Makes the context of a request. Undefined where it may not run, and was answered, or where a repeat gets an answer that exists. */
export function openCall(
  conn: Connection,
  route: CompiledRoute,
  envelope: Envelope,
  arrived: number,
): RpcContextImpl | undefined {
  const id: unknown = envelope.meta?.correlationId;
  if (typeof id !== "string" || id === "" || id.length > MAX_CORRELATION_ID) {
    const message = `A request needs meta.correlationId: a string of 1 to ${MAX_CORRELATION_ID} characters`;
    refuseAs(conn, envelope.type, { inReplyTo: envelope.type }, "INVALID_ARGUMENT", message);
    return undefined;
  }
  const { calls, hub } = conn;
  if (calls !== undefined) {
    if (calls.has(id)) {
      refuse(conn, envelope, "ALREADY_EXISTS", "A request with this correlationId is still running");
      return undefined;
    }
    if (tooMany(conn, envelope)) return undefined;
  }
  const call = new RpcContextImpl(conn, route, envelope, arrived, id);
  const key: unknown = envelope.meta?.["idempotencyKey"];
  if (key === undefined || (route.message as { idempotent?: boolean }).idempotent !== true) return call;
  if (typeof key !== "string" || key === "" || key.length > MAX_CORRELATION_ID) {
    refuse(
      conn,
      envelope,
      "INVALID_ARGUMENT",
      `meta.idempotencyKey is a string of 1 to ${MAX_CORRELATION_ID} characters`,
    );
    return undefined;
  }
  const scoped = `${envelope.type}\n${key}`;
  const first = hub.answers.find(scoped);
  if (first === undefined) {
    call.remembered = hub.answers.open(scoped);
    return call;
  }
  repeat(new Repeat(call), first);
  return undefined;
}

/** Refuses a message where as many handlers run beside each other as may. */
export function tooMany(conn: Connection, envelope: Envelope): boolean {
  const { maxInflightRequests } = conn.hub.limits;
  if (conn.calls === undefined || conn.calls.running < maxInflightRequests) return false;
  const message = `More than ${maxInflightRequests} requests are running (limits.maxInflightRequests)`;
  refuse(conn, envelope, "RESOURCE_EXHAUSTED", message);
  return true;
}

/** Answers with what the first request gets; apart from `openCall`, which would otherwise pay for the closure every time. */
function repeat(call: Repeat, first: Remembered): void {
  first.whenSettled((outcome) => deliver(call.conn, call.id, outcome, call));
}

/** A request that gets another one's answer. */
class Repeat implements Delivered {
  readonly conn: Connection;
  readonly id: string;
  private readonly call: RpcContextImpl;

  constructor(call: RpcContextImpl) {
    this.conn = call.conn;
    this.id = call.id;
    this.call = call;
  }

  delivered(code: string | undefined): void {
    const { conn, envelope, times } = this.call;
    const outcome = code === undefined ? "ok" : "error";
    conn.hub.hooks?.settled(conn, envelope, true, times, outcome, code, true);
  }
}
