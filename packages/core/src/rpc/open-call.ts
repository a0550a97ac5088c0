import { takeAnswer } from "../asking/take.ts";
import { type Envelope, isServerId, MAX_CORRELATION_ID, SERVER_ID_PREFIX } from "../protocol/envelope.ts";
import { RpcContextImpl } from "./rpc-context.ts";
import { StreamContextImpl } from "./stream-context.ts";
import { quote } from "../base/text.ts";
import { refuse, refuseAs } from "../sending/refusals.ts";
import type { Connection } from "../state/connection.ts";
import type { CompiledRoute } from "../state/route.ts";

/** Makes the context of a request. Undefined where it may not run, and was answered. */
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
  if (isServerId(id)) {
    const message = `Ids of requests that clients make do not begin with ${SERVER_ID_PREFIX}`;
    if (conn.hub.asked.get(conn, id) === undefined) refuse(conn, envelope, "INVALID_ARGUMENT", message);
    else takeAnswer(conn, envelope);
    return undefined;
  }
  const { calls } = conn;
  if (calls !== undefined) {
    if (calls.has(id)) {
      refuse(conn, envelope, "ALREADY_EXISTS", "A request with this correlationId is still running");
      return undefined;
    }
    if (tooMany(conn, envelope)) return undefined;
  }
  if (route.streams) return openStream(conn, route, envelope, arrived, id);
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
  call.key = key;
  return call;
}

/** What asks for an rpc with a stream as if it had none would wait for an answer that may never come. */
function openStream(
  conn: Connection,
  route: CompiledRoute,
  envelope: Envelope,
  arrived: number,
  id: string,
): RpcContextImpl | undefined {
  const window: unknown = envelope.meta?.["streamWindow"];
  if (typeof window === "number" && window >= 0) {
    return new StreamContextImpl(conn, route, envelope, arrived, id, window);
  }
  const message = `${quote(envelope.type)} has a stream, and is asked with meta.streamWindow: in WS-Kit by client.stream(), of a client that uses streams()`;
  refuse(conn, envelope, "INVALID_ARGUMENT", message);
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
