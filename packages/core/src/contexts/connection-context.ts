import type { AnyAskOptions } from "../api/asking.ts";
import type { ErrorHandler } from "../api/handlers.ts";
import type { AnyPublishOptions, PublishResult } from "../api/publishing.ts";
import { ask } from "../asking/ask.ts";
import { assignOwn } from "../base/own.ts";
import { errorPayload, type RetryOptions } from "../message/errors.ts";
import type { AnyMessage, Received, SendOptions } from "../message/message.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import { askExpiry } from "./expiry.ts";
import { askIdentity } from "./identity.ts";
import { PresenceOf } from "./presence-of.ts";
import type { Subject } from "../sending/report.ts";
import { sendError, sendMessage } from "../sending/send.ts";
import type { Connection, Holder } from "../state/connection.ts";
import { publishFrom } from "../topics/publish.ts";
import { TopicsOf } from "../topics/subscriptions.ts";

/** What `api/contexts.ts` promises, without its types: methods live on prototypes, so a message costs one object. */
export class BaseContext implements Holder, Subject {
  readonly conn: Connection;

  constructor(conn: Connection) {
    this.conn = conn;
  }

  /** What the log calls this. */
  get subject(): string | undefined {
    return undefined;
  }

  get ws(): unknown {
    return this.conn.ws;
  }

  get clientId(): string {
    return this.conn.clientId;
  }

  get data(): Record<string, unknown> {
    return this.conn.data;
  }

  get topics(): Pick<TopicsOf, "has" | "list"> {
    return new TopicsOf(this.conn);
  }

  assignData(partial: Record<string, unknown>): void {
    assignOwn(this.conn.data, partial);
    this.conn.hub.presence?.renamed(this.conn);
    if (askIdentity(this.conn)) askExpiry(this.conn);
  }

  publish(topic: string, message: AnyMessage, payload?: unknown, options?: AnyPublishOptions): Promise<PublishResult> {
    return publishFrom(this.conn.hub, this.conn, topic, message, payload, options);
  }

  overrun(): void {}

  errorHandlers(): readonly ErrorHandler<never>[] {
    return this.conn.hub.handlers.errorHandlers();
  }
}

export class OpenContextImpl extends BaseContext {
  override get subject(): string | undefined {
    return "onOpen";
  }

  override get topics(): TopicsOf {
    return new TopicsOf(this.conn);
  }

  get presence(): PresenceOf {
    return new PresenceOf(this.conn);
  }

  send(message: AnyMessage, payload?: unknown, options?: SendOptions): boolean {
    return sendMessage(this.conn, message, payload, options);
  }

  request(rpc: AnyMessage, payload?: unknown, options?: AnyAskOptions): Promise<Received<AnyMessage>> {
    return ask(this.conn, rpc, payload, options);
  }

  error(code: ErrorCode, message: string, details?: unknown, retry?: RetryOptions): void {
    sendError(this.conn, {}, errorPayload(code, message, details, retry));
  }
}

export class CloseContextImpl extends BaseContext {
  readonly code: number;
  readonly reason: string;

  constructor(conn: Connection, code: number, reason: string) {
    super(conn);
    this.code = code;
    this.reason = reason;
  }

  override get subject(): string | undefined {
    return "onClose";
  }
}
