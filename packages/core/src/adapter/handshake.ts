import type { UpgradeRefusalCause } from "../api/facts.ts";
import { isUpgrade, noUpgrade } from "./endpoint.ts";
import { refuse } from "./refusal.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";

/** 16 bytes in base64 (RFC 6455 §4.1). */
const KEY = /^[A-Za-z0-9+/]{22}==$/;

/** Why a request is no opening handshake, and the answer to it. */
export interface WrongHandshake {
  readonly cause: Extract<UpgradeRefusalCause, "request" | "handshake">;
  readonly response: Response;
}

/**
 * The answer to what is no opening handshake (RFC 6455 §4.2.1), about which runtimes are strict each in its own way.
 * @param whole What came off a wire: what it lacks is wrong as well. A request from within a Worker has nothing but `Upgrade`.
 */
export function wrongHandshake({ method, headers }: UpgradeRequest, whole: boolean): WrongHandshake | undefined {
  if (!isUpgrade(headers.get("upgrade"))) return { cause: "request", response: noUpgrade() };
  const response = wrongIn(method, headers, whole);
  return response && { cause: "handshake", response };
}

/** Of one that asks for a WebSocket. */
function wrongIn(method: string, headers: UpgradeRequest["headers"], whole: boolean): Response | undefined {
  if (method !== "GET") return refuse(405, "A WebSocket begins with GET", { allow: "GET" });
  const lacks = whole ? "" : null;
  // Workers leave the blanks around a value (RFC 9110 §5.5).
  const version = headers.get("sec-websocket-version")?.trim() ?? lacks;
  if (version !== null && version !== "13") {
    const offered = { "sec-websocket-version": "13", upgrade: "websocket" };
    return refuse(426, "This server speaks version 13 of the WebSocket protocol", offered);
  }
  const key = headers.get("sec-websocket-key")?.trim() ?? lacks;
  if (key !== null && !KEY.test(key)) return refuse(400, "Sec-WebSocket-Key has to be 16 bytes in base64");
  if (whole && !namesUpgrade(headers.get("connection"))) return refuse(400, "Connection has to name Upgrade");
  // What came behind would be read as frames, or as another request, by whoever is next.
  if (headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) !== 0) {
    return refuse(400, "A WebSocket begins without a body");
  }
  return undefined;
}

/** Of the request's connection options (RFC 9110 §7.6.1), in any spelling. */
function namesUpgrade(connection: string | null): boolean {
  // As nearly everybody writes it.
  if (connection === "Upgrade") return true;
  return connection?.split(",").some((option) => option.trim().toLowerCase() === "upgrade") === true;
}
