// What the page asks and is answered, for both ends of it.

/** What stands at one second of the charts. */
export interface Point {
  readonly second: number;
  readonly in: number;
  readonly out: number;
  readonly published: number;
  readonly errors: number;
  /** Milliseconds; null where nothing settled. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export type View = "connections" | "topics" | "frames" | "requests" | "errors" | "send" | "charts";

/** What the page asks for, some times a second. */
export interface Look {
  readonly view: View;
  /** What the rows have to contain. */
  readonly filter?: Filter;
  /** Rows of a list that the server cuts: which of them are to be seen. */
  readonly from?: number;
  readonly count?: number;
  /** Number of the first row that the page does not have, of a list that grows. */
  readonly since?: number;
  /** The newest second of which the page has the figures. */
  readonly second?: number;
}

export interface Filter {
  readonly text?: string;
  readonly type?: string;
  readonly clientId?: string;
  readonly topic?: string;
  readonly direction?: "in" | "out" | "topic";
  /** Frames of the protocol itself are left out. */
  readonly noControl?: boolean;
  /** Messages that expect no answer are left out. */
  readonly rpcOnly?: boolean;
}

/** What the page is answered. */
export interface Seen {
  readonly now: number;
  readonly connections: number;
  readonly topics: number;
  readonly errors: number;
  readonly listeners: number;
  readonly recording: { readonly frames: number; readonly since: number; readonly dropped: number } | null;
  readonly points: readonly Point[];
  readonly rows?: Rows;
}

export type Rows =
  | {
      readonly view: "connections";
      readonly total: number;
      readonly from: number;
      readonly rows: readonly ConnectionRow[];
    }
  | { readonly view: "topics"; readonly total: number; readonly from: number; readonly rows: readonly TopicRow[] }
  | { readonly view: "frames"; readonly next: number; readonly skipped: number; readonly rows: readonly FrameRow[] }
  | { readonly view: "requests"; readonly next: number; readonly skipped: number; readonly rows: readonly RequestRow[] }
  | { readonly view: "errors"; readonly next: number; readonly skipped: number; readonly rows: readonly ErrorRow[] };

export interface ConnectionRow {
  readonly clientId: string;
  readonly user: string | null;
  /** Milliseconds since the epoch; null where it was there before. */
  readonly since: number | null;
  readonly topics: readonly string[];
  readonly topicCount: number;
  readonly in: number;
  readonly out: number;
  readonly buffered: number;
  /** Redacted, as JSON. */
  readonly data: string;
}

export interface TopicRow {
  readonly topic: string;
  readonly followers: number;
  /** The first of them. */
  readonly clientIds: readonly string[];
}

export interface FrameRow {
  readonly n: number;
  readonly at: number;
  readonly direction: "in" | "out" | "topic";
  readonly clientId: string | null;
  readonly type: string;
  readonly kind: string;
  readonly correlationId: string | null;
  readonly topic: string | null;
  readonly matched: number;
  readonly fault: string | null;
  readonly length: number;
  /** The beginning of its payload, redacted. */
  readonly preview: string;
}

export interface RequestRow {
  readonly n: number;
  readonly type: string;
  readonly kind: "on" | "rpc" | "asked";
  readonly clientId: string;
  readonly correlationId: string | null;
  readonly receivedAt: number;
  readonly waitedMs: number;
  readonly ms: number;
  readonly outcome: string;
  readonly code: string | null;
}

export interface ErrorRow {
  readonly n: number;
  readonly at: number;
  /** The one that the peer was told with INTERNAL. */
  readonly id: string | null;
  readonly kind: "failed" | "refused" | "upgrade";
  readonly clientId: string | null;
  readonly subject: string | null;
  readonly code: string | null;
  readonly message: string;
  readonly stack: string | null;
}

/** A message that can be sent by a form. */
export interface Sendable {
  readonly type: string;
  readonly kind: "message" | "rpc";
  readonly from: "client" | "server" | "either";
  /** JSON Schema of its payload; null where it has none, undefined where it is not known. */
  readonly schema?: unknown;
}

export interface SendRequest {
  readonly type: string;
  readonly payload: unknown;
  readonly to: { readonly clientId: string } | { readonly topic: string };
}

export interface SendAnswer {
  readonly ok: boolean;
  readonly message: string;
}
