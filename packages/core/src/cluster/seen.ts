/** Most nodes that are remembered for a topic; the one that was silent longest is forgotten first. */
const MAX_NODES = 1_000;
/** Topics that are remembered after nobody follows them any more: what was on its way may come after they are followed again. */
const MAX_LEFT = 1_000;

/** The last bundle of one node on one topic, and the first one since the link was up. */
interface Last {
  number: number;
  at: number;
  /** Of the link: after it was down, what is missing has been told already. */
  generation: number;
  /** What lies between these two was missed; if it comes after all, it comes too late. */
  floor: number;
  first: number;
}

/** What becomes of a bundle. */
export interface Verdict {
  /** False for one that comes again, or after a later one. */
  readonly deliver: boolean;
  /** Something will never be delivered that was published after this moment, so far as one can tell from here. */
  readonly missingSince: number | undefined;
}

const NEXT: Verdict = { deliver: true, missingSince: undefined };
const AGAIN: Verdict = { deliver: false, missingSince: undefined };

/** The last bundle of each node, by topic. */
export class Seen {
  private readonly byTopic = new Map<string, Map<string, Last>>();
  private readonly left = new Set<string>();
  private generation = 0;

  judge(topic: string, node: string, number: number, before: number, now: number): Verdict {
    let nodes = this.byTopic.get(topic);
    if (nodes === undefined) this.byTopic.set(topic, (nodes = new Map()));
    const { generation } = this;
    const last = nodes.get(node);
    if (last === undefined) {
      if (nodes.size >= MAX_NODES) forgetFirst(nodes);
      nodes.set(node, { number, at: now, generation, floor: 0, first: number });
      return NEXT;
    }
    if (number <= last.number) {
      return number > last.floor && number < last.first ? { deliver: false, missingSince: last.at } : AGAIN;
    }
    const missing = before > last.number && last.generation === generation;
    const { at } = last;
    if (last.generation !== generation) {
      last.floor = last.number;
      last.first = number;
      last.generation = generation;
    }
    last.number = number;
    last.at = now;
    return missing ? { deliver: true, missingSince: at } : NEXT;
  }

  /** Nobody follows the topic any more. */
  forget(topic: string): void {
    const nodes = this.byTopic.get(topic);
    if (nodes === undefined) return;
    // What is published meanwhile is not missing.
    for (const last of nodes.values()) last.generation = -1;
    this.left.delete(topic);
    this.left.add(topic);
    if (this.left.size <= MAX_LEFT) return;
    for (const oldest of this.left) {
      this.left.delete(oldest);
      this.byTopic.delete(oldest);
      break;
    }
  }

  /** Somebody follows it. */
  keep(topic: string): void {
    this.left.delete(topic);
  }

  /** What comes next may have holes. */
  interrupted(): void {
    this.generation++;
  }

  clear(): void {
    this.byTopic.clear();
    this.left.clear();
  }
}

/** The entry that was put in first. */
export function forgetFirst(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    break;
  }
}
