import { bytesOver } from "../base/bytes.ts";
import { when } from "../base/when.ts";
import { WsKitError } from "../message/errors.ts";
import type { PresencePolicy, StateSchema } from "../message/presence.ts";
import { redact, toIssues } from "../schema/issues.ts";
import type { Connection } from "../state/connection.ts";

/**
 * What a connection says of itself, as JSON.
 * @throws WsKitError INVALID_ARGUMENT for what does not fit its schema, or is too large; as a rejection where the schema is asynchronous.
 */
export function checked(
  schema: StateSchema,
  state: unknown,
  topic: string,
  maxBytes: number,
): string | Promise<string> {
  return when(schema["~standard"].validate(state), (result) => {
    const name = JSON.stringify(topic);
    if (result.issues) {
      const [issue] = toIssues(redact(result.issues, state));
      const path = issue?.path.join(".") || "its root";
      throw new WsKitError("INVALID_ARGUMENT", `Invalid state in ${name} at ${path}: ${issue?.message}`);
    }
    return carried(result.value, topic, maxBytes);
  });
}

/** A state as JSON, what was given or what its schema made of that. @throws WsKitError INVALID_ARGUMENT for none, or one too large. */
export function carried(state: unknown, topic: string, maxBytes: number): string {
  const name = JSON.stringify(topic);
  const text = jsonOf(state);
  if (text === undefined) throw new WsKitError("INVALID_ARGUMENT", `The state in ${name} is nothing that JSON carries`);
  if (bytesOver(text, maxBytes) !== undefined) {
    throw new WsKitError(
      "INVALID_ARGUMENT",
      `A state has at most ${maxBytes} bytes (limits.maxPresenceBytes): that in ${name} has more`,
    );
  }
  return text;
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Whose connection it is for others. @throws WsKitError FAILED_PRECONDITION where its data does not say so. */
export function keyOf(conn: Connection, { key }: PresencePolicy): string {
  if (key === undefined) return conn.hub.identities.get(conn) ?? conn.clientId;
  const value = Object.hasOwn(conn.data, key) ? conn.data[key] : undefined;
  if (typeof value === "string" && value !== "") return value;
  throw new WsKitError("FAILED_PRECONDITION", `Whose connection it is, its data do not say: ${key} is no text`);
}
