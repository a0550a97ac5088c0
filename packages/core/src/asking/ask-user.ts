import type { AskOptions } from "../api/asking.ts";
import { checkMs } from "../base/clock.ts";
import type { Expiring } from "../base/deadlines.ts";
import { toError } from "../base/thrown.ts";
import { isPromise } from "../base/when.ts";
import type { AnyMessage, AnyRpc, Received } from "../message/message.ts";
import { isRequestError, RequestError } from "../message/request-error.ts";
import { rpc as rpcOf } from "../message/standard.ts";
import type { NodeAnswers, NodeRequest, UserRequest } from "../ports/nodes.ts";
import type { Packet } from "../protocol/codec.ts";
import type { Envelope, Meta } from "../protocol/envelope.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";
import { assemble } from "../sending/encode.ts";
import type { Listener } from "../state/connection.ts";
import { answerOf } from "./answer.ts";
import { ask, checkAsked } from "./ask.ts";
import { wireOf } from "./encode.ts";
import { failed, failedWith, First, type Outcome, wasSent } from "./first.ts";

/** What was checked where it was asked, and is again where its answer comes to. */
const ANYTHING: StandardSchema<unknown, unknown> = {
  "~standard": { version: 1, vendor: "ws-kit", validate: (value) => ({ value }) },
};

/** What all clients of a user are asked. */
interface Question extends UserRequest {
  readonly payload: unknown;
  readonly meta: Meta | undefined;
}

/**
 * Asks all clients of a user, in all processes, and gives the first answer.
 * @param groups Listeners of this process, those of a router together.
 */
export function askUser(
  groups: readonly (readonly Listener[])[],
  user: string,
  rpc: AnyMessage,
  payload: unknown,
  options: AskOptions = {},
): Promise<Received<AnyMessage>> {
  const asked = begin(groups, user, rpc, payload, options);
  asked.catch(() => {});
  return asked;
}

async function begin(
  groups: readonly (readonly Listener[])[],
  user: string,
  message: AnyMessage,
  payload: unknown,
  options: AskOptions,
): Promise<Received<AnyMessage>> {
  checkAsked(message, options);
  const { meta: given, signal, timeoutMs: within } = options;
  const rpc = message as AnyRpc;
  const hub = groups[0]?.[0];
  if (hub === undefined) return answerOf(rpc, nobody(), false);
  const timeoutMs = within ?? hub.limits.requestTimeoutMs;
  checkMs("timeoutMs", timeoutMs);
  const wire = wireOf(hub, undefined, rpc, payload, given, undefined);
  const race = new Race(hub, timeoutMs, signal);
  try {
    const { payload: body, meta, declared } = isPromise(wire) ? await wire : wire;
    const { type, response } = rpc;
    race.start(groups, { user, type, response: response.type, payload: body, meta: meta && { ...meta, ...declared } });
    const outcome = await race.outcome;
    return await answerOf(rpc, outcome, wasSent(outcome));
  } catch (error) {
    // What the signal says does not travel.
    throw signal?.aborted === true && isRequestError(error) && error.code === "CANCELLED"
      ? cancelled(error, signal)
      : error;
  } finally {
    race.end();
  }
}

function cancelled({ message, mayHaveExecuted: sent }: RequestError, { reason }: AbortSignal): RequestError {
  return new RequestError("CANCELLED", message, undefined, { sent, cause: reason });
}

function nobody(): Outcome {
  return failed("UNAVAILABLE", "The user has no connection", false);
}

/** One request to all clients of a user, until the first of them has answered. */
class Race implements Expiring {
  expiresAt = 0;
  listed: object | undefined = undefined;
  private readonly hub: Listener;
  private readonly signal: AbortSignal | undefined;
  private readonly first: First;
  private readonly here = new AbortController();
  private readonly elsewhere: NodeRequest[] = [];
  private started = false;
  private missing = 0;
  private away = false;

  constructor(hub: Listener, timeoutMs: number, signal: AbortSignal | undefined) {
    this.hub = hub;
    this.signal = signal;
    this.first = new First(() => this.nobody());
    hub.deadlines.add(this, timeoutMs);
    if (signal?.aborted === true) this.abort();
    else signal?.addEventListener("abort", this.abort);
  }

  get outcome(): Promise<Outcome> {
    return this.first.outcome;
  }

  start(groups: readonly (readonly Listener[])[], question: Omit<Question, "timeoutMs">): void {
    if (this.signal?.aborted === true) return;
    this.started = true;
    const left = this.expiresAt - this.hub.clock.monotonic();
    const timed = { ...question, timeoutMs: left < Infinity ? Math.max(left, 0) : undefined };
    const { type, payload, meta } = question;
    // Also where there are no other nodes: what cannot travel is the asker's to know.
    const frame = assemble(this.hub, type, payload, meta, meta, undefined);
    let asked: Promise<void>[];
    try {
      asked = groups.flatMap(([hub]) => (hub === undefined ? [] : (this.others(hub, timed, frame) ?? [])));
    } catch (error) {
      // Of what the engine cannot carry nobody here has heard either.
      return this.first.end(failed("INVALID_ARGUMENT", toError(error).message, false));
    }
    for (const hubs of groups) askClients(hubs, timed, this.first, this.here.signal);
    if (asked.length === 0) this.first.known();
    else void Promise.all(asked).then(() => this.first.known());
  }

  /** Who was not the first learns that it is no longer asked. */
  end(): void {
    this.hub.deadlines.delete(this);
    this.signal?.removeEventListener("abort", this.abort);
    this.here.abort();
    for (const request of this.elsewhere) request.end();
  }

  expire(): void {
    this.first.end(failed("DEADLINE_EXCEEDED", "No client has answered in time", this.started));
  }

  private readonly abort = (): void => {
    this.first.end(failed("CANCELLED", "The request was aborted", this.started));
  };

  /** Has the other nodes ask their clients. @throws WsKitError for what the engine cannot carry. */
  private others(hub: Listener, question: Question, frame: Packet): Promise<void> | undefined {
    const { first } = this;
    const { user, type, response, timeoutMs } = question;
    const request = hub.link?.requestOfNodes({ user, type, response, timeoutMs }, frame, {
      answered: (node, outcome) => first.take(node, decoded(hub, outcome) ?? unread()),
      lost: (node) => first.take(node, failed("UNAVAILABLE", "The process that has the connection is gone", true)),
    });
    if (request === undefined) return undefined;
    this.elsewhere.push(request);
    return request.asked.then((answers) => this.told(answers));
  }

  private told({ counts, missing, away }: NodeAnswers): void {
    this.missing += missing.length;
    this.away ||= away;
    for (const [node, count] of counts) if (count > 0) this.first.expect(node);
  }

  private nobody(): Outcome {
    if (this.away)
      return failed("UNAVAILABLE", "Here the user has no connection; other nodes could not be asked", false);
    if (this.missing === 0) return nobody();
    return failed("UNAVAILABLE", `No client has answered; of ${this.missing} nodes nobody knows who is there`, true);
  }
}

/** Puts a request of another node to a user's clients here. */
export function serveRequest(
  hubs: readonly Listener[],
  what: UserRequest,
  frame: Packet,
  done: (outcome: Packet) => void,
): { count: number; stop(): void } {
  const [hub] = hubs;
  if (hub === undefined) return { count: 0, stop() {} };
  const envelope = decoded(hub, frame);
  if (envelope === undefined) return { count: 0, stop() {} };
  const { payload, meta } = envelope;
  const controller = new AbortController();
  const first = new First(nobody);
  const count = askClients(hubs, { ...what, payload, meta }, first, controller.signal);
  if (count === 0) return { count, stop() {} };
  first.known();
  void first.outcome.then((outcome) => {
    if (controller.signal.aborted) return;
    controller.abort();
    try {
      done(hub.codec.encode(outcome));
    } catch (error) {
      done(hub.codec.encode(failedWith(unbrought(error))));
    }
  });
  return { count, stop: () => controller.abort() };
}

/** What another node says; undefined where its codec is another one. */
function decoded({ codec }: Listener, packet: Packet): Envelope | undefined {
  try {
    return codec.decode(packet) as Envelope;
  } catch {
    return undefined;
  }
}

function unbrought(cause: unknown): RequestError {
  const text = `A client has answered, and the answer was not brought here. ${toError(cause).message}`;
  return new RequestError("RESOURCE_EXHAUSTED", text, undefined, { retryable: false });
}

function unread(): Outcome {
  return failed("UNKNOWN", "A node has answered by another codec", true);
}

/** Asks each client that a user has on these listeners, and says how many there are. */
function askClients(hubs: readonly Listener[], question: Question, first: First, signal: AbortSignal): number {
  const { user, type, response, payload, meta, timeoutMs = Infinity } = question;
  const connections = hubs.flatMap(({ identities }) => identities.of(user));
  const rpc = rpcOf.fromServer(type, payload === undefined ? undefined : ANYTHING, response, ANYTHING);
  const options = { meta, signal, timeoutMs };
  for (const conn of connections) {
    first.expect(conn);
    ask(conn, rpc, payload, options).then(
      (answer) => first.take(conn, answer as Outcome),
      (error: unknown) => first.take(conn, failureWith(error)),
    );
  }
  return connections.length;
}

function failureWith(error: unknown): Outcome {
  return isRequestError(error) ? failedWith(error) : failed("INTERNAL", toError(error).message, true);
}
