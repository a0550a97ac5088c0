import type { Attributes } from "@opentelemetry/api";

// By OpenTelemetry's semantic conventions for messaging and for RPC (https://opentelemetry.io/docs/specs/semconv/); what
// they have no name for begins with `ws_kit.`.

export const SYSTEM = "ws_kit";

export const CLIENT_ID = "ws_kit.client.id";
export const TOPIC = "ws_kit.topic";
export const OUTCOME = "ws_kit.outcome";
export const ERROR_TYPE = "error.type";

/** Of a message that nobody answers. */
export function messaging(operation: "send" | "process", type: string): Attributes {
  return {
    "messaging.system": SYSTEM,
    "messaging.operation.name": operation,
    "messaging.operation.type": operation,
    "messaging.destination.name": type,
  };
}

/** Of a request. */
export function rpc(type: string): Attributes {
  return { "rpc.system": SYSTEM, "rpc.method": type };
}
