import { KeepRoom, RoomArchived } from "../shared/messages.ts";
import { chat } from "./chat.ts";
import { type Room, rooms } from "./rooms.ts";

/** How long a room may be silent before its messages are archived, in milliseconds. */
const QUIET_MS = Number(process.env["ARCHIVE_AFTER_MS"] ?? 24 * 60 * 60 * 1000);
/** How long those who are in it have to say no, in milliseconds. */
const ANSWER_MS = 60_000;

/** Looks after silent rooms until it is stopped. */
export function watchRooms(): () => void {
  const asked = new Set<Room>();
  const timer = setInterval(
    () => {
      for (const room of rooms.values()) {
        if (asked.has(room) || !room.isQuietFor(QUIET_MS)) continue;
        asked.add(room);
        void archive(room).finally(() => asked.delete(room));
      }
    },
    Math.min(QUIET_MS / 2, 60_000),
  );
  return () => clearInterval(timer);
}

/** Empties a room, unless somebody in it wants it kept. */
async function archive(room: Room): Promise<void> {
  if (await isWanted(room)) return room.touch();
  room.history.length = 0;
  await chat.publish(room.id, RoomArchived, { roomId: room.id });
}

/** Asks all at once; the first yes is enough, and the others need not answer any more. */
async function isWanted({ id, name }: Room): Promise<boolean> {
  const enough = new AbortController();
  const members = [...chat.connections].filter(({ data, topics }) => data.user && topics.includes(id));
  const answers = members.map(async (member) => {
    const { payload } = await member.request(
      KeepRoom,
      { roomId: id, name },
      { timeoutMs: ANSWER_MS, signal: enough.signal },
    );
    if (!payload.keep) throw new Error("Not needed");
  });
  try {
    await Promise.any(answers);
    return true;
  } catch {
    // A no, a page that was closed, nobody at the keyboard: none of them keeps a room.
    return false;
  } finally {
    enough.abort();
  }
}
