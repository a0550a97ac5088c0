/** Whether this process is linked to the other nodes; what a health check looks at. */
export interface ClusterState {
  /** `up`: whatever is followed here is followed in the cluster too. */
  readonly state: "up" | "down";
  /** Since when, in wall-clock milliseconds. */
  readonly sinceMs: number;
  /** True once it has been up: a node is ready then, and stays ready when the engine goes away later. */
  readonly ready: boolean;
  /** This process as the others know it; another one after each start. */
  readonly nodeId: string;
  /** What the engine calls itself. */
  readonly engine: string;
  /** Topics that are followed in the cluster, or shall be. */
  readonly topics: number;
  readonly counters: ClusterCounters;
}

/** Counted since the start of the process. */
export interface ClusterCounters {
  /** Frames handed to the engine. */
  readonly published: number;
  /** Packets that they travelled in. */
  readonly packets: number;
  /** Frames that were not handed over, or of which that is not known, since the link went down meanwhile. */
  readonly lost: number;
  /** Frames that came from other nodes. */
  readonly received: number;
  /** Frames that came twice, or after a later one of their node and topic, and were dropped. */
  readonly dropped: number;
}

/**
 * The link to the other nodes has changed. Every publish that one of two nodes sent and the other did not get lies between
 * `sinceMs` and the `atMs` of the report "up" of one of them.
 */
export type LinkReport =
  | {
      readonly state: "down";
      /** What the engine calls itself; of several servers the one that is concerned, as "redis[1]". */
      readonly engine: string;
      /** Until when the link is known to have brought everything (the probe before the last answered one), in wall-clock milliseconds. */
      readonly sinceMs: number;
      readonly atMs: number;
      readonly cause: Error;
    }
  | {
      readonly state: "up";
      readonly engine: string;
      readonly sinceMs: number;
      /** When everything was followed again. */
      readonly atMs: number;
      /** `atMs - sinceMs`; 0 the first time. */
      readonly downMs: number;
      /** How many topics of this node it concerned. */
      readonly topics: number;
    };

export type LinkHandler = (report: LinkReport) => unknown;
