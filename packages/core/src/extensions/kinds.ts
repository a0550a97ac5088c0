import type { MessageKind, Outgoing, Sent } from "../api/facts.ts";
import { CONTROL_PREFIX, ERROR_TYPE, isServerId, type Meta, PROGRESS_TYPE } from "../protocol/envelope.ts";
import type { Connection } from "../state/connection.ts";

/** Longest path that is told, in UTF-16 units. */
const MAX_PATH = 256;

/** Of a URL, or of what stands for one where none can be made of the request. */
export function pathIn(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : url.replace(/[?#].*$/s, "");
  return path.slice(0, MAX_PATH);
}

export function kindOf(conn: Connection, type: string, meta: Meta | undefined): MessageKind {
  if (isServerId(meta?.correlationId)) return "answer";
  const route = conn.hub.routes()[type];
  if (route !== undefined) return route.isRpc ? "rpc" : "on";
  return type.startsWith(CONTROL_PREFIX) ? "control" : "unknown";
}

export function sentAs(type: string, correlationId: string | undefined): Sent["kind"] {
  if (type === ERROR_TYPE) return "error";
  if (type === PROGRESS_TYPE) return "progress";
  if (type.startsWith(CONTROL_PREFIX)) return "control";
  return leavesAs(correlationId);
}

export function leavesAs(correlationId: string | undefined): Outgoing["kind"] {
  if (correlationId === undefined) return "message";
  return isServerId(correlationId) ? "request" : "reply";
}

export function idIn(meta: Meta | undefined): string | undefined {
  const id: unknown = meta?.correlationId;
  return typeof id === "string" ? id : undefined;
}
