import type { EndCounter } from "../api/end-counter.ts";
import type { ExtensionConnection } from "../api/extension-connection.ts";
import type { Hooks } from "../api/extensions.ts";
import type {
  Answered,
  Closed,
  ControlFrame,
  Failed,
  Joined,
  Opened,
  Outgoing,
  Parted,
  Published,
  Received,
  Refused,
  Sent,
  Settled,
  UpgradeRefused,
} from "../api/facts.ts";
import type { Packet } from "../protocol/codec.ts";
import type { Heard } from "./heard.ts";

type Anybody = ExtensionConnection | undefined;

type Hearers<A, B> = readonly Heard<A, B>[] | undefined;

/** The hooks of all extensions of one listener. Undefined stands for an event that nobody wants to hear. */
export interface Registered {
  readonly gate: Hearers<ExtensionConnection, Packet>;
  readonly upgradeRefused: Hearers<undefined, UpgradeRefused>;
  readonly opened: Hearers<ExtensionConnection, Opened>;
  readonly closed: Hearers<ExtensionConnection, Closed>;
  readonly joined: Hearers<ExtensionConnection, Joined>;
  readonly parted: Hearers<ExtensionConnection, Parted>;
  readonly stamp: Hearers<Anybody, Outgoing>;
  readonly published: Hearers<Anybody, Published>;
  readonly received: Hearers<ExtensionConnection, Received>;
  readonly sent: Hearers<ExtensionConnection, Sent>;
  readonly settled: Hearers<ExtensionConnection, Settled>;
  readonly answered: Hearers<ExtensionConnection, Answered>;
  readonly refused: Hearers<ExtensionConnection, Refused>;
  readonly failed: Hearers<Anybody, Failed>;
  readonly disposed: Hearers<undefined, undefined>;
  /** Whether any of them wants to know when. */
  readonly timed: boolean;
  /** By control type. */
  readonly control: ReadonlyMap<string, Heard<ExtensionConnection, ControlFrame>>;
  /** What counts how messages end. */
  readonly ends: readonly EndCounter[];
}

/** The name of every hook that a list is kept for. */
export type Listed = Exclude<keyof Hooks, "control">;
