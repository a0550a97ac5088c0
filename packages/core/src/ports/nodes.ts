import type { Packet } from "../protocol/codec.ts";

/** What a node asks of the others about a user: that they send a frame to its connections, close them, take a topic from them, or count them. */
export type UserAsk =
  | {
      readonly op: "send";
      readonly user: string;
      readonly type: string;
      /** For a message that may be skipped: the key under which the last one is kept, if there is one. */
      readonly skip?: { readonly key?: string | undefined } | undefined;
    }
  | { readonly op: "close"; readonly user: string; readonly code: number; readonly reason: string }
  | { readonly op: "revoke"; readonly user: string; readonly topic: string; readonly mark: string }
  | { readonly op: "count"; readonly user: string };

/** What the other nodes said. */
export interface NodeAnswers {
  /** By node, how many connections it did it to. */
  readonly counts: ReadonlyMap<string, number>;
  /** Those that did not answer in time, and those that were not heard of for so long that none is waited for. */
  readonly missing: readonly string[];
  /** The engine did not take the question: nobody was asked. */
  readonly away: boolean;
}

/** A request that other nodes are to put to a user's clients. */
export interface UserRequest {
  readonly user: string;
  readonly type: string;
  /** The type of the response. */
  readonly response: string;
  /** What is left of its time, in milliseconds; undefined where it has no end. */
  readonly timeoutMs: number | undefined;
}

/** What becomes of a request on other nodes. */
export interface RequestEvents {
  /** The first answer of a node's clients, or why none of them has one. */
  answered(node: string, outcome: Packet): void;
  /** A node that had clients to ask is gone. */
  lost(node: string): void;
}

/** A request that was put to other nodes. */
export interface NodeRequest {
  /** How many clients each of them asks. Never rejects. */
  readonly asked: Promise<NodeAnswers>;
  /** Its answer is no longer wanted: the clients learn it. */
  end(): void;
}

/** A request of another node that is being asked here. */
export interface Serving {
  /** How many clients. */
  readonly count: number;
  stop(): void;
}
