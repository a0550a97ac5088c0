import { isPromise } from "../base/when.ts";
import { describeMisfit, errorPayload, Misfit, withoutStack, WsKitError } from "../message/errors.ts";
import type { SendOptions } from "../message/message.ts";
import { validatorsOf } from "../message/validators.ts";
import type { Packet } from "../protocol/codec.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import { CHUNK_TYPE, CREDIT_TYPE, type Envelope } from "../protocol/envelope.ts";
import { checksOf } from "../schema/checks.ts";
import { toIssues } from "../schema/issues.ts";
import { judge } from "../schema/judge.ts";
import type { StandardResult } from "../schema/standard-schema.ts";
import type { Validator } from "../schema/validator.ts";
import { encodeWhole, outbound } from "../sending/encode.ts";
import { countRefusal, violate } from "../sending/refusals.ts";
import { post } from "../sending/send.ts";
import type { Connection } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";
import type { CompiledRoute } from "../state/route.ts";
import { type OpenStream, Streams } from "../state/streams.ts";
import { Incoming, type Reading } from "./incoming.ts";
import { Outgoing, type Writing } from "./outgoing.ts";
import { RpcContextImpl } from "./rpc-context.ts";

/** An rpc beside which items travel. Its time is over where none of them has moved for so long. */
export class StreamContextImpl extends RpcContextImpl implements OpenStream, Reading, Writing {
  private readonly reader: Incoming | undefined;
  private readonly writer: Outgoing | undefined;
  private endCode: ErrorCode = "CANCELLED";
  private endText = "The request has ended";

  /** @param window Units that the client lets be sent ahead of who reads there. */
  constructor(conn: Connection, route: CompiledRoute, envelope: Envelope, arrived: number, id: string, window: number) {
    super(conn, route, envelope, arrived, id);
    const { fromClient, fromServer } = validatorsOf(route.message);
    const { hub } = conn;
    this.reader = fromClient && new Incoming(this);
    // More than a quarter of what closes a slow peer is too much for one of its streams.
    this.writer = fromServer && new Outgoing(this, Math.min(window, hub.limits.maxBufferedBytes / 4));
    (hub.streams ??= new Streams()).add(conn, id, this);
  }

  get incoming(): Incoming | undefined {
    if (this.conn.state === CLOSED && !this.settled) this.disconnect();
    this.reader?.begin();
    return this.reader;
  }

  write(item: unknown): Promise<void> {
    if (this.conn.state === CLOSED && !this.settled) this.disconnect();
    return this.writer?.write(item) ?? Promise.reject(new TypeError(`${this.type} has no stream.fromServer`));
  }

  override get deadline(): number {
    const { clock } = this.conn.hub;
    return this.expiresAt === 0 ? super.deadline : Math.round(clock.now() + this.expiresAt - clock.monotonic());
  }

  override reply(first?: unknown, second?: unknown, third?: SendOptions): void {
    if (!this.writesOn()) super.reply(first, second, third);
  }

  override returned(value: unknown): void {
    if (!this.writesOn()) super.returned(value);
  }

  /** What waits to be sent would be lost behind the answer. */
  private writesOn(): boolean {
    if (this.settled || this.writer?.waits !== true) return false;
    this.fail(new Error(`${JSON.stringify(this.type)} was answered while ctx.write() waits: await it first`));
    return true;
  }

  override expire(): void {
    const { conn, timeoutMs } = this;
    this.endsWith("DEADLINE_EXCEEDED", `Nothing of the stream moved for ${timeoutMs} ms`);
    this.settleError(errorPayload(this.endCode, this.endText));
    this.abort("The deadline passed");
    conn.hub.runtime.settled?.(conn);
  }

  override cancel(): void {
    this.endsWith("CANCELLED", "The caller cancelled the request");
    super.cancel();
  }

  override disconnect(): void {
    this.endsWith("UNAVAILABLE", "The connection closed");
    super.disconnect();
  }

  protected override end(): void {
    super.end();
    const { conn } = this;
    const { streams } = conn.hub;
    streams?.delete(conn, this.id);
    if (streams?.size === 0) conn.hub.streams = undefined;
    this.reader?.close();
    this.writer?.close();
  }

  private endsWith(code: ErrorCode, text: string): void {
    if (this.settled) return;
    this.endCode = code;
    this.endText = text;
  }

  // Of the client.

  take(item: unknown, units: number): void {
    if (this.reader !== undefined) this.reader.take(item, units);
    else this.violated("INVALID_ARGUMENT", "A chunk came to a request that takes none");
  }

  ended(): void {
    this.reader?.ended();
  }

  confirmed(taken: unknown): void {
    if (this.writer?.confirmed(taken) === true) return;
    violate(this.conn, "INVALID_ARGUMENT", "More of the stream is taken than was sent", CREDIT_TYPE);
  }

  broken(code: ErrorCode, message: string): void {
    this.endsWith(code, message);
    this.settleError(errorPayload(code, message, undefined, { retryable: false }));
    this.abort(message);
  }

  // Of its two streams.

  get window(): number {
    return this.conn.hub.limits.maxStreamBytes;
  }

  touch(): void {
    if (this.expiresAt !== 0) this.expiresAt = this.conn.hub.clock.monotonic() + this.timeoutMs;
  }

  say(type: string, payload?: object): void {
    const { conn, id } = this;
    post(conn, conn.hub.codec.encode({ type, meta: { correlationId: id }, payload }), type, id);
  }

  violated(code: ErrorCode, message: string): void {
    violate(this.conn, code, message, CHUNK_TYPE);
    this.broken(code, message);
  }

  itemOf(given: unknown): unknown {
    const checks = checksOf(validatorsOf(this.route.message).fromClient as Validator);
    const { offences, hub } = this.conn;
    const since = offences === undefined ? 0 : hub.clock.monotonic();
    const item = checks.in(given);
    if (item !== undefined) return item;
    const checked = judge(checks, given);
    return isPromise(checked) ? this.itemLater(checked) : this.passed(checked, since);
  }

  private itemLater(checked: PromiseLike<StandardResult<unknown>>): Promise<unknown> {
    return Promise.resolve(checked).then((late) => this.passed(late, 0));
  }

  private passed({ issues, value }: StandardResult<unknown> & { value?: unknown }, since: number): unknown {
    if (issues === undefined) return value;
    const told = toIssues(issues);
    const text = describeMisfit(this.route.message.type, "stream", told);
    this.endsWith("INVALID_ARGUMENT", text);
    this.settleError(errorPayload("INVALID_ARGUMENT", text, new Misfit("payload", told)));
    this.abort(text);
    const now = this.conn.hub.clock.monotonic();
    countRefusal(this.conn, since === 0 ? 0 : now - since, now);
    throw this.gone();
  }

  frameOf(item: unknown): Packet | Promise<Packet> {
    const { hub } = this.conn;
    const validator = hub.validateOutgoing ? validatorsOf(this.route.message).fromServer : undefined;
    const wire = validator ? outbound(validator, item, `stream of ${this.type}`, "payload") : item;
    return isPromise(wire) ? this.frameLater(wire) : this.framed(wire);
  }

  private frameLater(wire: PromiseLike<unknown>): Promise<Packet> {
    return Promise.resolve(wire).then((ready) => this.framed(ready));
  }

  private framed(payload: unknown): Packet {
    return encodeWhole(this.conn.hub, { type: CHUNK_TYPE, meta: { correlationId: this.id }, payload });
  }

  gone(): WsKitError {
    return withoutStack(() => new WsKitError(this.endCode, this.endText));
  }
}
