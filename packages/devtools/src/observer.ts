import {
  defineSlot,
  type Extension,
  type ExtensionConnection,
  type ExtensionListener,
  type Hooks,
  type Published,
  type Slot,
} from "@ws-kit/core/extend";
import type { Recorder } from "./session/record.ts";
import type { KeptError } from "./store/errors.ts";
import { Figures } from "./store/figures.ts";
import { FrameLog, type KeptFrame } from "./store/frames.ts";
import { askedOf, type KeptRequest, requestOf } from "./store/requests.ts";
import { Ring } from "./store/ring.ts";

/** Milliseconds for which a look counts: a page looks some times a second. */
const WATCHED_MS = 10_000;
const MAX_REQUESTS = 2_000;
const MAX_ERRORS = 500;

/** What is counted of a connection. */
export interface Counted {
  /** Milliseconds since the epoch; undefined where it was there before. */
  since: number | undefined;
  in: number;
  out: number;
}

/** Hooks that are left out while nobody looks. */
type Unwanted = "gate" | "received" | "sent" | "published" | "settled" | "answered";

/** A listener that is observed. */
export interface Seat {
  readonly listener: ExtensionListener;
  /** Milliseconds since the epoch at which its monotonic clock stood at 0. */
  readonly zero: number;
}

/** Hears what happens on all listeners of a router, and keeps it while somebody looks. */
export class Observer {
  readonly seats: Set<Seat> = new Set<Seat>();
  readonly frames: FrameLog;
  readonly requests: Ring<KeptRequest> = new Ring<KeptRequest>(MAX_REQUESTS);
  readonly errors: Ring<KeptError> = new Ring<KeptError>(MAX_ERRORS);
  readonly figures: Figures = new Figures();
  readonly counted: Slot<Counted> = defineSlot<Counted>(() => ({ since: undefined, in: 0, out: 0 }));
  private recording: Recorder | undefined = undefined;
  private watched = false;
  private lookedAt = -Infinity;

  constructor(maxFrames: number, maxBytes: number) {
    this.frames = new FrameLog(maxFrames, maxBytes);
  }

  get recorder(): Recorder | undefined {
    return this.recording;
  }

  set recorder(recorder: Recorder | undefined) {
    this.recording = recorder;
    this.tune();
  }

  /** Somebody looks. */
  look(): void {
    this.lookedAt = performance.now();
    if (this.watched) return;
    this.watched = true;
    this.tune();
  }

  /** Has listeners tell no more than is wanted: what nobody hears costs nothing. */
  private tune(): void {
    for (const { listener } of this.seats) listener.leaveOut(this.unwanted());
  }

  private unwanted(): Unwanted[] {
    const isRecording = this.recording !== undefined;
    const unwanted: Unwanted[] = [];
    if (!isRecording) unwanted.push("gate");
    if (!this.watched) unwanted.push("received", "settled", "answered");
    if (!isRecording && !this.watched) unwanted.push("sent", "published");
    return unwanted;
  }

  private ended(request: KeptRequest): void {
    request.n = this.requests.end;
    this.requests.push(request);
  }

  get extension(): Extension {
    return { name: "@ws-kit/devtools", setup: (listener) => this.hooks(listener) };
  }

  private hooks(listener: ExtensionListener): Hooks {
    const { clock } = listener;
    const seat: Seat = { listener, zero: clock.now() - clock.monotonic() };
    const { zero } = seat;
    this.seats.add(seat);
    listener.leaveOut(this.unwanted());
    return {
      opened: (connection, { restored, at }) => {
        if (!restored) this.counted.of(connection).since = at + zero;
        this.recorder?.opened(connection, at + zero);
      },
      closed: (connection, fact) => this.recorder?.closed(connection, fact, fact.at + zero),
      gate: (connection, frame) => this.recorder?.came(connection, frame, listener, clock.monotonic() + zero),
      received: (connection, { type, kind, correlationId, packet, length, at }) => {
        if (!this.isWatched()) return;
        this.counted.of(connection).in++;
        this.figures.at(at + zero).received++;
        this.keep(
          "in",
          at + zero,
          connection.clientId,
          type,
          kind,
          correlationId,
          undefined,
          1,
          undefined,
          packet,
          length,
        );
      },
      sent: (connection, { type, kind, correlationId, packet, length, ok, at }) => {
        this.recorder?.left(connection, packet, listener, at + zero);
        if (!this.isWatched()) return;
        this.counted.of(connection).out++;
        this.figures.at(at + zero).sent++;
        const fault = ok ? undefined : "not sent";
        this.keep(
          "out",
          at + zero,
          connection.clientId,
          type,
          kind,
          correlationId,
          undefined,
          1,
          fault,
          packet,
          length,
        );
      },
      published: (connection, fact) => {
        const { topic, type, packet, length, matched, at } = fact;
        if (this.recorder !== undefined) this.recordPublish(fact, listener, at + zero);
        if (!this.isWatched()) return;
        const second = this.figures.at(at + zero);
        second.published++;
        second.delivered += matched;
        const from = connection?.clientId;
        this.keep("topic", at + zero, from, type, "publish", undefined, topic, matched, undefined, packet, length);
      },
      settled: ({ clientId }, fact) => {
        if (fact.outcome === "error") this.figures.at(fact.at + zero).errors++;
        if (!this.isWatched()) return;
        this.figures.settled(fact.at + zero, fact.at - fact.receivedAt);
        this.ended(requestOf(clientId, fact, zero));
      },
      answered: ({ clientId }, fact) => {
        if (this.isWatched()) this.ended(askedOf(clientId, fact, zero));
      },
      refused: ({ clientId }, { type, code, message, by, at, correlationId }) => {
        this.figures.at(at + zero).errors++;
        const said = by === undefined ? message : `${message} (${by})`;
        this.fail({ at: at + zero, id: undefined, kind: "refused", clientId, subject: type, code, message: said });
        if (!this.isWatched()) return;
        const fault = code ?? "dropped";
        this.keep("in", at + zero, clientId, type ?? "?", "refused", correlationId, undefined, 0, fault, undefined, 0);
      },
      failed: (connection, { error, subject, id, at }) => {
        const { message, stack } = error;
        const clientId = connection?.clientId;
        this.fail({ at: at + zero, id, kind: "failed", clientId, subject, code: undefined, message, stack });
      },
      upgradeRefused: (_, { status, cause, path, at }) => {
        const message = `${status}: ${cause}`;
        this.fail({
          at: at + zero,
          id: undefined,
          kind: "upgrade",
          clientId: undefined,
          subject: path,
          code: cause,
          message,
        });
      },
      disposed: () => void this.seats.delete(seat),
    };
  }

  private isWatched(): boolean {
    if (!this.watched) return false;
    if (performance.now() - this.lookedAt < WATCHED_MS) return true;
    this.watched = false;
    this.tune();
    return false;
  }

  private fail(error: Omit<KeptError, "n" | "stack"> & { readonly stack?: string | undefined }): void {
    this.errors.push({ stack: undefined, ...error, n: this.errors.end });
  }

  private keep(
    direction: KeptFrame["direction"],
    at: number,
    clientId: string | undefined,
    type: string,
    kind: string,
    correlationId: string | undefined,
    topic: string | undefined,
    matched: number,
    fault: string | undefined,
    packet: KeptFrame["packet"],
    length: number,
  ): void {
    this.frames.add({
      n: 0,
      direction,
      at,
      clientId,
      type,
      kind,
      correlationId,
      topic,
      matched,
      fault,
      packet,
      length,
    });
  }

  private recordPublish({ topic, packet, except, chosen }: Published, from: ExtensionListener, at: number): void {
    const receivers: Iterable<ExtensionConnection> =
      chosen ?? [...this.seats].flatMap(({ listener }) => [...listener.followers(topic)]);
    for (const connection of receivers) {
      if (connection !== except && !connection.closed) this.recorder?.left(connection, packet, from, at);
    }
  }
}
