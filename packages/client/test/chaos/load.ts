import { wsClient } from "@ws-kit/client";
import { Double, Numbered, Store } from "./messages.ts";

/** What a client says of its own run; the server's log tells the other half. */
export interface Report {
  run: string;
  /** Numbers of the messages that `send` took. */
  accepted: number[];
  /** Numbers of those that were reported lost or dropped. */
  reported: number[];
  requests: number;
  answered: number;
  failed: Record<string, number>;
  /** Requests that settled more than once, or with a wrong answer. */
  wrong: number;
  reconnects: number;
  /** Anything else that was reported. */
  errors: string[];
}

/** A client at work, in whatever runtime: it sends and requests until it is told to stop. */
export interface Load {
  /** Sends no more, waits until everything has settled, and closes. */
  stop(): Promise<Report>;
}

/** @param queueSize How many frames wait while the line is cut; what comes beyond is reported. */
export function startLoad(url: string, run: string, queueSize: number): Load {
  const report: Report = {
    run,
    accepted: [],
    reported: [],
    requests: 0,
    answered: 0,
    failed: {},
    wrong: 0,
    reconnects: 0,
    errors: [],
  };
  const client = wsClient({
    url,
    autoConnect: true,
    connectTimeoutMs: 1_000,
    queueSize,
    // What is asked for seconds on end while the line is cut.
    maxPendingRequests: 1_000,
    heartbeat: { intervalMs: 300, timeoutMs: 500 },
    reconnect: { initialDelayMs: 50, maxDelayMs: 500 },
  });
  client.onState((state) => {
    if (state === "reconnecting") report.reconnects++;
  });
  client.onError((error, { type, payload }) => {
    if (type === "lost" || type === "overflow") report.reported.push((payload as { n: number }).n);
    // A dial that fails is what a bad network does.
    else if (type !== "connect") report.errors.push(`${type}: ${error.message}`);
  });

  let n = 0;
  const pending = new Set<Promise<void>>();

  function ask(request: () => Promise<{ payload: { n: number } }>, expected: number): void {
    report.requests++;
    let settled = 0;
    const settle = (): void => {
      if (++settled > 1) report.wrong++;
    };
    const watched = request()
      .then(
        (answer) => {
          settle();
          if (answer.payload.n === expected) report.answered++;
          else report.wrong++;
        },
        (error: Error) => {
          settle();
          report.failed[error.name] = (report.failed[error.name] ?? 0) + 1;
        },
      )
      .finally(() => pending.delete(watched));
    pending.add(watched);
  }

  const timer = setInterval(() => {
    const mine = n++;
    if (client.send(Numbered, { run, n: mine })) report.accepted.push(mine);
    if (mine % 3 === 0) ask(() => client.request(Double, { n: mine }, { timeoutMs: 10_000 }), mine * 2);
    if (mine % 5 === 0) ask(() => client.request(Store, { run, n: mine }, { timeoutMs: 10_000 }), mine);
  }, 5);

  return {
    async stop() {
      clearInterval(timer);
      await client.connect();
      // Its answer confirms what was sent before it: a line that is cut while one closes leaves that open.
      ask(() => client.request(Double, { n }, { timeoutMs: 10_000 }), n * 2);
      while (pending.size > 0) await Promise.all(pending);
      await client.close();
      return report;
    },
  };
}
