import type { Attributes } from "@opentelemetry/api";
import type { End } from "@ws-kit/core/extend";

// By OpenTelemetry's semantic conventions for messaging and for RPC (https://opentelemetry.io/docs/specs/semconv/); what
// they have no name for begins with `ws_kit.`.

export const SYSTEM = "ws_kit";

export const CLIENT_ID = "ws_kit.client.id";
export const TOPIC = "ws_kit.topic";
export const OUTCOME = "ws_kit.outcome";
export const ERROR_TYPE = "error.type";
const STATUS_CODE = "rpc.status_code";

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
  return { "rpc.system.name": SYSTEM, "rpc.method": type };
}

/** Of what failed: the class of its error and, of a request, the code that was answered. */
export function failure(error: string, code: string | undefined, isRpc: boolean): Attributes {
  return { [ERROR_TYPE]: error, ...(isRpc && code !== undefined && { [STATUS_CODE]: code }) };
}

/** Of how a message ended, where that is no success. */
export function ending({ outcome, code }: Pick<End, "outcome" | "code">, isRpc: boolean): Attributes {
  if (outcome === "abandoned") return failure(outcome, code, isRpc);
  return code === undefined ? {} : failure(code, code, isRpc);
}
