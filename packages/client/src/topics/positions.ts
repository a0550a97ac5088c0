import type { GapReason, SavedPosition } from "@ws-kit/core/protocol";
import { MAX_TOPICS } from "../steps/figures.ts";
import { GRANT_TYPE, POSITION_TYPE, SUBSCRIBED_TYPE, UNSUBSCRIBED_TYPE } from "@ws-kit/core/protocol";

/** Where this client stands in a recorded topic; without a grant there is none in it, since it travels as it is. */
type Place = [epoch: string, offset: number, grant?: string];

/** A frame, as far as it is about topics. */
export interface TopicFrame {
  readonly type: string;
  readonly at?: readonly [topic: string, offset: number, before?: number];
  readonly payload?: unknown;
}

/** Keeps where this client stands in each recorded topic, whoever made its connection follow it. */
export interface Positions {
  /** Takes note of a frame. @returns false for a message that was here before; otherwise the topic that has a gap before it. */
  readonly _see: (frame: TopicFrame) => false | readonly [topic: string, reason: GapReason] | undefined;
  readonly _of: (topic: string) => SavedPosition | undefined;
  /** Begins with a position that was kept elsewhere. */
  readonly _begin: (topic: string, since: SavedPosition) => void;
  readonly _forget: (topic: string) => void;
  /**
   * A new connection follows nothing. @returns what is known; a topic is taken from it when the server says that the
   * connection follows it, or no longer may.
   */
  readonly _renewed: () => Record<string, SavedPosition>;
}

export function createPositions(): Positions {
  const places = new Map<string, Place>();
  let claims: Record<string, SavedPosition> = {};
  const forget = (topic: string): void => {
    places.delete(topic);
    delete claims[topic];
  };

  const begin = (topic: string, [epoch, offset, grant]: SavedPosition): void => {
    forget(topic);
    places.set(topic, grant ? [epoch, offset, grant] : [epoch, offset]);
  };

  return {
    _see({ type, at, payload }) {
      if (at) {
        const [name, next, before = next - 1] = at;
        const place = places.get(name);
        if (!place) return undefined;
        const stood = place[1];
        if (next <= stood) return false;
        place[1] = next;
        return before > stood ? [name, "hole"] : undefined;
      }
      const { topic, epoch, offset, grant, status, reason } = Object(payload) as {
        topic?: string;
        epoch: string;
        offset: number;
        grant: string;
        status: string;
        reason: GapReason;
      };
      if (topic === undefined) return undefined;
      const place = places.get(topic);
      if (type === SUBSCRIBED_TYPE && epoch) {
        begin(topic, [epoch, offset, place?.[2]]);
        // Whoever comes back and is taken for new has missed what there was meanwhile; nothing, where it stands there already.
        if (place?.[0] === epoch && place[1] >= offset) return undefined;
        if (status === "gap" || (status === "fresh" && place)) return [topic, reason ?? "not-resubscribed"];
      } else if (type === UNSUBSCRIBED_TYPE) forget(topic);
      else if (place?.[0] === epoch) {
        if (type === GRANT_TYPE) place[2] = grant;
        if (type === POSITION_TYPE) place[1] = offset;
      }
      return undefined;
    },
    _of: (topic) => places.get(topic),
    _begin: begin,
    _forget: forget,
    _renewed: () => (claims = Object.fromEntries([...places].slice(-MAX_TOPICS))),
  };
}
