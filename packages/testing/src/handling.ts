import { WsKitError, type RequestHandler } from "@ws-kit/client/parts";
import { ABORT_TYPE, check, FAILED_TYPE, PROGRESS_TYPE, type AnyRpc } from "@ws-kit/core/protocol";
import type { Frame } from "./frame.ts";

/** What answers the server's requests in a test. */
export class Handlers {
  private readonly byType = new Map<string, readonly [AnyRpc, RequestHandler<AnyRpc>]>();
  /** What is at work, by its id: ends it without an answer. */
  private readonly running = new Map<unknown, (reason: string) => void>();
  private readonly send: (frame: object) => void;

  constructor(send: (frame: object) => void) {
    this.send = send;
  }

  add(rpc: AnyRpc, handler: RequestHandler<AnyRpc>): void {
    this.byType.set(rpc.type, [rpc, handler]);
  }

  /** Whether it is theirs. */
  takes(frame: Frame): boolean {
    const id = frame.meta?.["correlationId"];
    const running = this.running.get(id);
    const found = this.byType.get(frame.type);
    if (frame.type === ABORT_TYPE) running?.("The server gave up");
    else if (found !== undefined && id !== undefined) {
      const over = (): void => void this.running.delete(id);
      this.running.set(id, handle(...found, frame, { send: this.send, over }));
      return true;
    }
    return running !== undefined;
  }

  close(): void {
    for (const end of this.running.values()) end("The connection is closed");
  }
}

interface Handling {
  readonly send: (frame: object) => void;
  /** It has ended. */
  readonly over: () => void;
}

/** Answers a request of the server, as the client of a page does. */
function handle(
  rpc: AnyRpc,
  handler: RequestHandler<AnyRpc>,
  frame: Frame,
  { send, over }: Handling,
): (reason: string) => void {
  const controller = new AbortController();
  const meta = { correlationId: frame.meta?.["correlationId"] };
  let isOver = false;
  const end = (answer?: object): void => {
    if (isOver) return;
    isOver = true;
    over();
    if (answer !== undefined) send({ ...answer, meta });
  };
  const run = async (): Promise<object> => {
    const response = rpc.response;
    const answer = await handler({
      type: rpc.type,
      payload: (await check(rpc, "payload", "in", frame.payload)) as never,
      meta: (frame.meta ?? {}) as never,
      signal: controller.signal,
      timeLeftMs: Number(frame.meta?.["timeoutMs"] ?? Infinity),
      progress(payload) {
        if (!isOver) send({ type: PROGRESS_TYPE, meta, payload });
        return !isOver;
      },
    });
    return { type: response.type, payload: await check(response, "payload", "out", answer) };
  };
  run().then(end, (error: unknown) => {
    const { code, message, details, retryable, retryAfterMs } =
      error instanceof WsKitError ? error : new WsKitError("INTERNAL", String(error));
    end({ type: FAILED_TYPE, payload: { code, message, details, retryable, retryAfterMs } });
  });
  return (reason) => {
    end();
    controller.abort(new Error(reason));
  };
}
