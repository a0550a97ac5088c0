import { type Msg, type NatsConnection, RequestError } from "@nats-io/transport-node";

/** Milliseconds that an answer may take; who asks has a limit of its own. */
const TIMEOUT_MS = 3_000;
/** Milliseconds after which what was not answered is asked again, and each time twice as many. */
const AGAIN_MS = 250;
/** The same of what may be much, and come slowly. */
const MUCH_AGAIN_MS = 1_000;
/** Milliseconds until another server is asked for what one did not have. */
const BEHIND_AGAIN_MS = 50;

/** An answer that says no. */
export class ApiError extends Error {
  /** As JetStream numbers it (https://github.com/nats-io/nats-server/blob/main/server/errors.json). */
  readonly code: number;

  constructor({ description, err_code: code }: { description: string; err_code: number }) {
    super(`JetStream: ${description}`);
    this.code = code;
  }
}

export const NO_STREAM = 10_059;
export const NO_MESSAGE = 10_037;
export const TOO_LARGE = 10_054;
export const NAME_IN_USE = 10_058;
export const WRONG_LAST = 10_071;
/** A message with this id is on its way into the stream. */
export const IN_PROCESS = 10_158;

/** What is asked for of a stream. Times are nanoseconds. */
export interface StreamConfig {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly storage: "file" | "memory";
  readonly num_replicas: number;
  readonly max_msgs_per_subject: number;
  readonly max_age: number;
  readonly duplicate_window: number;
  readonly republish?: { readonly src: string; readonly dest: string };
  readonly retention: "limits";
  readonly discard: "old";
}

export interface StreamInfo {
  readonly config: StreamConfig;
  readonly created: string;
  /** Of a stream that several servers keep. */
  readonly cluster?: object;
  /** How many subjects there are, of which as many are told as one answer has. */
  readonly total?: number;
  readonly state: {
    readonly first_seq: number;
    readonly last_seq: number;
    readonly subjects?: Readonly<Record<string, number>>;
  };
}

/** A message as it is stored: base64. */
export interface Stored {
  readonly seq: number;
  readonly data?: string;
}

/**
 * Asks again while there is no answer, and takes the first: a server that leads a stream no longer, or not yet, says nothing to
 * who asks about it. For what does no harm when it is done twice.
 */
export async function insist<T>(asking: (timeoutMs: number) => Promise<T>, againMs: number = AGAIN_MS): Promise<T> {
  const asked: Promise<T>[] = [];
  const end = performance.now() + TIMEOUT_MS;
  for (let ms = againMs; ; ms *= 2) {
    const left = Math.round(end - performance.now());
    asked.push(asking(Math.max(left, 1)));
    if (ms >= left) return Promise.race(asked);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), ms);
    });
    const answers = asked.map((one) => one.then((answer) => ({ answer })));
    const first = await Promise.race([...answers, late]).finally(() => clearTimeout(timer));
    if (first !== undefined) return first.answer;
  }
}

/** JetStream's own requests (https://docs.nats.io/reference/reference-protocols/nats_api_reference), put once. */
export async function askOnce<T>(
  connection: NatsConnection,
  request: string,
  payload?: object,
  timeout: number = TIMEOUT_MS,
): Promise<T> {
  const body = payload === undefined ? "" : JSON.stringify(payload);
  return answerOf(await connection.request(`$JS.API.${request}`, body, { timeout }).catch(unheard)) as T;
}

/** The same, for what does no harm when it is done twice. */
export function ask<T>(connection: NatsConnection, request: string, payload?: object): Promise<T> {
  return insist((timeoutMs) => askOnce(connection, request, payload, timeoutMs));
}

/** A server without JetStream says of a request that nobody answers it, which tells nobody what to do. */
function unheard(error: unknown): never {
  if (!(error instanceof RequestError && error.isNoResponders())) throw error;
  throw new Error("No JetStream answers, which topics with a history or a presence need (nats-server --jetstream)", {
    cause: error,
  });
}

/** @throws ApiError for one that says no. */
export function answerOf(answer: Msg): unknown {
  const parsed = answer.json<{ error?: { description: string; err_code: number } }>();
  if (parsed.error !== undefined) throw new ApiError(parsed.error);
  return parsed;
}

/** Undefined where JetStream answers with this code. */
export async function unless<T>(code: number, asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof ApiError && error.code === code) return undefined;
    throw error;
  }
}

export async function storedMessage(
  connection: NatsConnection,
  stream: string,
  which: { readonly last_by_subj: string } | { readonly next_by_subj: string; readonly seq: number },
): Promise<Stored | undefined> {
  const asking = ask<{ message: Stored }>(connection, `STREAM.MSG.GET.${stream}`, which);
  return (await unless(NO_MESSAGE, asking))?.message;
}

/** Nanoseconds after which a reading that nobody ended is given up by the server. */
const IDLE_NS = 10e9;

/** Which messages of a stream are read, from the first to the present last one. */
export interface Reading {
  readonly deliver_policy: string;
  readonly opt_start_seq?: number;
  readonly filter_subject: string;
}

/** A server that does not have all that the one that leads has: one that was just started again is given what it missed. */
class BehindError extends Error {
  constructor(stream: string) {
    super(`A server does not yet have all messages of ${stream}, or not all of them came`);
  }
}

/**
 * Reads what a stream has now. Any of the servers that keep it may be the one that sends, and it does not say what it lacks.
 * @param last Number of the last message that there is, as the server says that leads.
 * @throws Error where not all come in time, by rejecting.
 */
export function consume<T>(
  connection: NatsConnection,
  stream: string,
  which: Reading,
  last: number,
  read: (msg: Msg, seq: number) => T,
): Promise<T[]> {
  return insist(async (timeoutMs) => {
    const end = performance.now() + timeoutMs;
    for (;;) {
      try {
        return await consumeOnce(connection, stream, which, last, read, end - performance.now());
      } catch (error) {
        if (!(error instanceof BehindError) || performance.now() + BEHIND_AGAIN_MS > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, BEHIND_AGAIN_MS));
      }
    }
  }, MUCH_AGAIN_MS);
}

async function consumeOnce<T>(
  connection: NatsConnection,
  stream: string,
  which: Reading,
  last: number,
  read: (msg: Msg, seq: number) => T,
  timeoutMs: number,
): Promise<T[]> {
  const inbox = `_INBOX.${crypto.randomUUID()}`;
  const messages: T[] = [];
  let came = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let end!: () => void;
  let fail!: (error: Error) => void;
  const whole = new Promise<void>((resolve, reject) => {
    [end, fail] = [resolve, reject];
  });
  whole.catch(() => {});
  const subscription = connection.subscribe(inbox, {
    callback: (error, msg) => {
      if (error !== null) return;
      const { seq, number, pending } = placeOf(msg.reply ?? "");
      if (number !== ++came) return fail(new BehindError(stream));
      // One that is behind begins with what it has.
      if (seq >= (which.opt_start_seq ?? 0)) messages.push(read(msg, seq));
      if (seq >= last && pending === 0) end();
      else if (pending === 0) fail(new BehindError(stream));
    },
  });
  try {
    const config = {
      ...which,
      deliver_subject: inbox,
      ack_policy: "none",
      max_deliver: 1,
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: IDLE_NS,
    };
    timer = setTimeout(() => fail(new Error("The stream did not send its messages in time")), timeoutMs);
    const asked = { stream_name: stream, config };
    const made = await askOnce<ConsumerInfo>(connection, `CONSUMER.CREATE.${stream}`, asked, timeoutMs);
    // There is nothing, and nothing was sent either.
    if (made.num_pending === 0 && made.delivered.consumer_seq === 0) throw new BehindError(stream);
    await whole;
    return messages;
  } finally {
    clearTimeout(timer);
    subscription.unsubscribe();
  }
}

interface ConsumerInfo {
  readonly num_pending: number;
  readonly delivered: { readonly consumer_seq: number };
}

interface Place {
  readonly seq: number;
  /** Counts what was sent. */
  readonly number: number;
  /** How many are yet to come. */
  readonly pending: number;
}

/** `$JS.ACK.<stream>.<consumer>.<delivered>.<seq>.<seq of the consumer>.<time>.<pending>`, or the longer form with a domain. */
function placeOf(reply: string): Place {
  const parts = reply.split(".");
  const shift = parts.length > 9 ? 2 : 0;
  const [seq = 0, number = 0, , pending = 0] = parts.slice(5 + shift).map(Number);
  return { seq, number, pending };
}
