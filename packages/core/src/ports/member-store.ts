/**
 * What nodes say of themselves for all others to read, as long as they live: a lease for each node, and sets in which it has
 * entries. Presence stands on it. Its methods reject where that cannot be done now.
 */
export interface MemberStore {
  /**
   * Begins a node's lease, or renews it, for so many milliseconds from now.
   * @param begins Whether it has none: one whose lease has ended is not renewed, since others have counted it as dead.
   * @returns of every node that has, or had, a lease how many milliseconds are left of it, as of when it was asked: none or
   * fewer of one that is dead. Undefined where the node's own had ended.
   */
  renew(node: string, leaseMs: number, begins: boolean): Promise<ReadonlyMap<string, number> | undefined>;
  /** The node ends: its lease does so many milliseconds from now. */
  release(node: string, inMs: number): Promise<unknown>;
  /**
   * Changes what a node has in a set.
   * @param changes By entry: its text, or undefined where it is taken away. At most 1,000.
   * @param isEmpty Whether the node then has nothing in the set.
   */
  write(
    set: string,
    node: string,
    changes: ReadonlyMap<string, string | undefined>,
    isEmpty: boolean,
  ): Promise<unknown>;
  /**
   * What all nodes have in a set, by node and entry: those of the dead as well, until they are swept. Not what was written
   * by a node whose lease the server has lost, or that was swept before: nobody would ever take it away, and the node, where it
   * lives, says all of it again under its next name.
   */
  read(set: string): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>>;
  /** Takes away a node's lease, and before that all that it has in any set. */
  sweep(node: string): Promise<unknown>;
}

/** What those who have entries in sets are told. */
export interface MemberEvents {
  /**
   * This node has a lease under a new name: what it has in sets has to be written again, all of it. What it had under an
   * earlier name is taken away when this has ended.
   */
  begun(node: string): Promise<unknown>;
  /** Another node is dead: what it had in sets no longer counts. */
  gone(node: string): void;
  /** The link was down, or something is missing: what is known of sets may be out of date. */
  behind(): void;
}

/** The nodes of one server of an engine, as this node sees them. */
export interface Members {
  /** This node's present name there; undefined while it has no lease, or the link is down: nothing can be written then. */
  readonly node: string | undefined;
  readonly store: MemberStore | undefined;
  /** Whether a node's entries count. One that nobody has heard of before does, until the next look at the leases. */
  isLive(node: string): boolean;
  /**
   * Whether the server had the node's lease when it was last asked: what a set then lacks of it is gone. Otherwise the server
   * may have been emptied, and it is gone when the node is.
   */
  isListed(node: string): boolean;
  /** From now on it is told. Where this node has a lease already, `begun` is called. */
  listen(events: MemberEvents): void;
}

/** The process's name, whatever its lease is called: `deadbeef` of `deadbeef-2`. */
export function processOf(node: string): string {
  return node.slice(0, node.lastIndexOf("-"));
}
