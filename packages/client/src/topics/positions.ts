import type { GapReason, SavedPosition } from "@ws-kit/core/protocol";
import { MAX_TOPICS } from "../steps/figures.ts";
import { GRANT_TYPE, POSITION_TYPE, SUBSCRIBED_TYPE, UNSUBSCRIBED_TYPE } from "@ws-kit/core/protocol";

/** Where this client stands in a recorded topic. */
interface Place {
  readonly _epoch: string;
  _offset: number;
  _grant: string | undefined;
  /** The server has said that this connection follows the topic. */
  _followed: boolean;
}

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
  /** Begins with a position that was kept elsewhere, unless one is known. */
  readonly _begin: (topic: string, since: SavedPosition) => void;
  readonly _forget: (topic: string) => void;
  /** A new connection: nothing is followed. @returns those that are known, but for the ones that are left out. */
  readonly _renewed: (without: ReadonlyMap<string, unknown>) => Record<string, SavedPosition>;
  readonly _isFollowed: (topic: string) => boolean | undefined;
}

export function createPositions(): Positions {
  const places = new Map<string, Place>();
  const saved = ({ _epoch, _offset, _grant }: Place): SavedPosition =>
    _grant === undefined ? [_epoch, _offset] : [_epoch, _offset, _grant];

  const begin = (topic: string, [epoch, offset, grant]: SavedPosition, followed: boolean): void => {
    places.delete(topic);
    places.set(topic, { _epoch: epoch, _offset: offset, _grant: grant, _followed: followed });
  };

  return {
    _see({ type, at, payload }) {
      if (at) {
        const [name, next, before = next - 1] = at;
        const place = places.get(name);
        if (!place) return undefined;
        const stood = place._offset;
        if (next <= stood) return false;
        place._offset = next;
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
        begin(topic, [epoch, offset, place?._grant], true);
        // Whoever comes back and is taken for new has missed what there was meanwhile.
        if (status === "gap" || (status === "fresh" && place)) return [topic, reason ?? "not-resubscribed"];
      } else if (type === UNSUBSCRIBED_TYPE) places.delete(topic);
      else if (place?._epoch === epoch) {
        if (type === GRANT_TYPE) place._grant = grant;
        if (type === POSITION_TYPE) place._offset = offset;
      }
      return undefined;
    },
    _of(topic) {
      const place = places.get(topic);
      return place && saved(place);
    },
    _begin: (topic, since) => void (places.has(topic) || begin(topic, since, false)),
    _forget: (topic) => void places.delete(topic),
    _renewed(without) {
      for (const place of places.values()) place._followed = false;
      return Object.fromEntries(
        [...places]
          .flatMap(([topic, place]) => (without.has(topic) ? [] : [[topic, saved(place)] as const]))
          .slice(-MAX_TOPICS),
      );
    },
    _isFollowed: (topic) => places.get(topic)?._followed,
  };
}
