/** Type of every error frame. */
export const ERROR_TYPE = "ERROR";

/** Types that begin with this belong to the protocol, in both directions. */
export const CONTROL_PREFIX = "$ws:";

export const PROGRESS_TYPE = "$ws:progress";

export const ABORT_TYPE = "$ws:abort";

/** A client says why it has no answer to a request of the server. */
export const FAILED_TYPE = "$ws:failed";

/** One item of a request's stream, in either direction. */
export const CHUNK_TYPE = "$ws:chunk";

/** Who reads a stream says how much has been taken of it, by which the other end knows what it may send. */
export const CREDIT_TYPE = "$ws:credit";

/** A client has sent all of its stream. */
export const END_TYPE = "$ws:end";

/** The server wants no more of a client's stream. */
export const STOP_TYPE = "$ws:stop";

/** How the ids of the server's requests begin, and no client's. */
export const SERVER_ID_PREFIX = "s:";

export const PING_TYPE = "$ws:ping";

export const PONG_TYPE = "$ws:pong";

/** The server drains; a client answers with `GOAWAY_FRAME`, after which it sends no message on this connection. */
export const GOAWAY_TYPE = "$ws:goaway";

/** The server says how long a connection may stay; the client brings a new token. */
export const AUTH_TYPE = "$ws:auth";

/** A client says, at the beginning of a connection, how far it came in recorded topics. */
export const POSITIONS_TYPE = "$ws:positions";

/** A client wants to follow a topic, and no longer. */
export const SUBSCRIBE_TYPE = "$ws:subscribe";
export const UNSUBSCRIBE_TYPE = "$ws:unsubscribe";

/** The server says that a connection follows a topic, from which position on, and what became of its own; and no longer. */
export const SUBSCRIBED_TYPE = "$ws:subscribed";
export const UNSUBSCRIBED_TYPE = "$ws:unsubscribed";

/** The server says how far a topic is, where its client gets no message that would. */
export const POSITION_TYPE = "$ws:position";

/** Who is there in a topic, as the server says; and what a client says of itself there, or that it wants to see it. */
export const PRESENCE_TYPE = "$ws:presence";

/** The server proves to a client from where on it may see a topic. */
export const GRANT_TYPE = "$ws:grant";

/** The server says that the client has another contract, and what differs. */
export const CONTRACT_TYPE = "$ws:contract";

/**
 * The server says by which secret a connection can be resumed; that it has been, and how much of what its client sent has
 * come; and either end, how much has. They are JSON in text messages whatever the codec is.
 */
export const SESSION_TYPE = "$ws:session";
export const RESUMED_TYPE = "$ws:resumed";
export const ACK_TYPE = "$ws:ack";

/** Byte for byte what travels, so that a sleeping Durable Object's auto-response can match it. */
export const PING_FRAME = '{"type":"$ws:ping"}';

export const PONG_FRAME = '{"type":"$ws:pong"}';

export const GOAWAY_FRAME = '{"type":"$ws:goaway"}';

/** Longest correlation id, in UTF-16 code units. */
export const MAX_CORRELATION_ID = 64;

/** Meta keys that the protocol writes itself; a definition may not declare them. */
export const RESERVED_META: readonly string[] = [
  "clientId",
  "receivedAt",
  "correlationId",
  "timeoutMs",
  "inReplyTo",
  "idempotencyKey",
  "streamWindow",
];

/** What accompanies a payload. Keys without a declaration are passed on unvalidated. */
export interface Meta {
  /** When the sender says it sent this, in milliseconds since the epoch. */
  timestamp?: number;
  /** Ties a request to its progress, response or error. */
  correlationId?: string;
  [key: string]: unknown;
}

/** One decoded frame, before anything but its outline has been checked. */
export interface Envelope {
  type: string;
  meta?: Meta;
  payload?: unknown;
}

/** Payload of an `ERROR` frame. */
export interface ErrorPayload {
  code: string;
  message: string;
  details?: unknown;
  retryable: boolean;
  /** Milliseconds after which a retry makes sense. */
  retryAfterMs?: number;
  /** Names one unexpected failure in the server's log. */
  id?: string;
}

/** Whether a decoded value has a frame's outline; says nothing about its payload. */
export function isEnvelope(value: unknown): value is Envelope {
  const { type, meta } = (value ?? {}) as { type?: unknown; meta?: unknown };
  return (
    typeof type === "string" &&
    type !== "" &&
    (meta === undefined || (typeof meta === "object" && meta !== null && !Array.isArray(meta)))
  );
}

/** Whether it is the id of a request that the server makes. */
export function isServerId(id: unknown): boolean {
  return typeof id === "string" && id.startsWith(SERVER_ID_PREFIX);
}
