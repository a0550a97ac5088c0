import { calmedWithin, isPromise } from "../base/when.ts";
import { ValidationError } from "../message/errors.ts";
import { notAMessage } from "../message/arguments.ts";
import type { AnyMessage } from "../message/message.ts";
import { type Validators, validatorsOf } from "../message/validators.ts";
import { uncarried, type Uncarried } from "../protocol/carried.ts";
import { jsonCodec, type Packet } from "../protocol/codec.ts";
import type { Envelope, Meta } from "../protocol/envelope.ts";
import { checksOf } from "../schema/checks.ts";
import { toIssues } from "../schema/issues.ts";
import type { StandardResult } from "../schema/standard-schema.ts";
import type { Checked, Validator } from "../schema/validator.ts";
import type { Listener } from "../state/connection.ts";

/** @throws TypeError for what a server does not send of itself. */
export function checkSent(message: AnyMessage): void {
  if (message?.kind === "rpc" || message?.from === "client") throw notSent(message);
}

function notSent({ kind, type }: AnyMessage): TypeError {
  return new TypeError(
    kind === "rpc"
      ? `${JSON.stringify(type)} is an rpc: clients ask it, router.rpc() answers it`
      : `${JSON.stringify(type)} is sent by clients alone`,
  );
}

/**
 * Validates and encodes one message.
 * @throws ValidationError when payload or meta do not fit; also as a rejection where the schema is asynchronous.
 */
export function encode(
  hub: Listener,
  message: AnyMessage,
  payload: unknown,
  meta: Meta | undefined,
  correlationId?: string,
): Packet | Promise<Packet> {
  const validators = validatorsOf(message) as Validators | undefined;
  const validator = validators?.payload;
  if (validator === undefined || meta !== undefined || validators?.meta !== undefined || !hub.validateOutgoing) {
    return encodeAny(hub, message, payload, meta, correlationId);
  }
  const checks = checksOf(validator);
  const wire = checks.out(payload);
  // What a generated check has put together is known to be carried.
  if (wire === undefined || !checks.carried) return encodeBySchema(hub, message, payload, wire, correlationId);
  const { type } = message;
  return hub.codec.encode(
    correlationId === undefined ? { type, payload: wire } : { type, meta: { correlationId }, payload: wire },
  );
}

// What most messages do not need stands apart, so that the function for the others stays one that an engine inlines.

function encodeBySchema(
  hub: Listener,
  message: AnyMessage,
  payload: unknown,
  checked: unknown,
  correlationId: string | undefined,
): Packet | Promise<Packet> {
  const { type } = message;
  if (checked !== undefined) return encodeWhole(hub, withoutMeta(type, checked, correlationId));
  const wire = bySchema(validatorsOf(message).payload as Validator, payload, type, "payload");
  if (isPromise(wire)) return assembleLater(hub, type, wire, undefined, undefined, correlationId);
  return encodeWhole(hub, withoutMeta(type, wire, correlationId));
}

function encodeAny(
  hub: Listener,
  message: AnyMessage,
  payload: unknown,
  meta: Meta | undefined,
  correlationId: string | undefined,
): Packet | Promise<Packet> {
  const validators = validatorsOf(message) as Validators | undefined;
  if (validators === undefined) throw notAMessage("send() or publish()", message);
  const { payload: validator, meta: metaValidator } = validators;
  const { type } = message;
  let wire: unknown;
  let wireMeta: unknown = meta;
  if (!hub.validateOutgoing) {
    if (validator !== undefined) wire = payload;
  } else {
    if (validator !== undefined) wire = outbound(validator, payload, type, "payload");
    if (metaValidator !== undefined) wireMeta = outbound(metaValidator, meta ?? {}, type, "meta");
    if (isPromise(wire) || isPromise(wireMeta)) {
      return assembleLater(hub, type, wire, meta, wireMeta, correlationId);
    }
  }
  if (wireMeta !== undefined) return assemble(hub, type, wire, meta, wireMeta, correlationId);
  // Without a payload, or where nobody asked for a check.
  return hub.codec.encode(withoutMeta(type, wire, correlationId));
}

function withoutMeta(type: string, payload: unknown, correlationId: string | undefined): Envelope {
  return correlationId === undefined ? { type, payload } : { type, meta: { correlationId }, payload };
}

function assembleLater(
  hub: Listener,
  type: string,
  payload: unknown,
  given: Meta | undefined,
  checked: unknown,
  correlationId: string | undefined,
): Promise<Packet> {
  return Promise.all([payload, checked]).then(([p, m]) =>
    m === undefined
      ? encodeWhole(hub, withoutMeta(type, p, correlationId))
      : assemble(hub, type, p, given, m, correlationId),
  );
}

/**
 * Encodes a frame with a meta, whose own keys the protocol alone writes.
 * @throws ValidationError as `encodeWhole`.
 */
export function assemble(
  hub: Listener,
  type: string,
  payload: unknown,
  given: Meta | undefined,
  checked: unknown,
  correlationId: string | undefined,
): Packet {
  const meta = given === checked ? { ...given } : { ...given, ...(checked as Meta) };
  // Whatever the application put there, the protocol's own keys are the server's to write.
  delete meta["clientId"];
  delete meta["receivedAt"];
  delete meta["idempotencyKey"];
  if (correlationId === undefined) delete meta.correlationId;
  else meta.correlationId = correlationId;
  const frame = { type, meta, payload };
  return hub.validateOutgoing ? encodeWhole(hub, frame) : hub.codec.encode(frame);
}

/**
 * Encodes a frame that may hold anything.
 * @throws ValidationError for what would arrive as null, or not at all. Another codec than JSON is trusted to carry it.
 */
export function encodeWhole(hub: Listener, frame: Envelope): Packet {
  const found = hub.codec === jsonCodec ? uncarriedOf(frame) : undefined;
  if (found === undefined) return hub.codec.encode(frame);
  const { path, message } = found;
  const [part] = path.splice(0, 1);
  calmedWithin(frame);
  throw new ValidationError(frame.type, String(part), "out", toIssues([{ path, message }]));
}

function uncarriedOf(frame: Envelope): Uncarried | undefined {
  try {
    return uncarried(frame);
  } catch {
    // It holds itself, say: what writes it throws as well, and says where.
    return undefined;
  }
}

/** One part of a message, ready for the wire. Throws or rejects with a ValidationError. */
export function outbound(validator: Validator, value: unknown, type: string, part: string): unknown {
  const checked = checksOf(validator).out(value);
  return checked === undefined || isPromise(checked) ? bySchema(validator, value, type, part) : checked;
}

function bySchema(validator: Validator, value: unknown, type: string, part: string): unknown {
  try {
    const result: Checked<unknown> = validator.outbound(value);
    checksOf(validator).ran(isPromise(result));
    if (!isPromise(result)) return passed(result, type, part);
    // Whatever it says, it will be too late for what rejects meanwhile.
    calmedWithin(value);
    return passedLater(result, type, part);
  } catch (error) {
    calmedWithin(value);
    throw error;
  }
}

function passedLater(result: PromiseLike<StandardResult<unknown>>, type: string, part: string): Promise<unknown> {
  return Promise.resolve(result).then((late) => passed(late, type, part));
}

function passed(result: StandardResult<unknown>, type: string, part: string): unknown {
  if (result.issues !== undefined) throw new ValidationError(type, part, "out", toIssues(result.issues));
  return result.value;
}
