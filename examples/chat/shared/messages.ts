import { message, rpc, topic, z } from "@ws-kit/zod";

/** Everything that travels between the page and the server. Both import this file, so neither can misspell the other. */

export const MAX_TEXT = 2000;
export const MAX_NAME = 24;

const RoomId = z.string().max(40);
const Username = z.string().trim().min(1).max(MAX_NAME);

/** A link that is shown with a message. Only the web's own schemes: a `javascript:` link would run in the reader's page. */
const Attachment = z.object({
  type: z.enum(["image", "file"]),
  url: z.url({ protocol: /^https?$/ }).max(2000),
  name: z.string().trim().min(1).max(100),
});

// Who is who ---------------------------------------------------------------------------------------------------------

/** The token in the answer proves, on the next connection, that it is the same user. */
export const Authenticate = rpc(
  "AUTHENTICATE",
  { username: Username, token: z.string().max(100).optional() },
  "AUTH_SUCCESS",
  { userId: z.string(), username: z.string(), token: z.string() },
);

export const LogOut = message("LOG_OUT");

// Rooms --------------------------------------------------------------------------------------------------------------

export const RoomList = message("ROOM_LIST", {
  rooms: z.array(z.object({ id: RoomId, name: z.string(), topic: z.string(), userCount: z.number().int() })),
});

export const UserJoined = message("USER_JOINED", { roomId: RoomId, userId: z.string(), username: z.string() });
export const UserLeft = message("USER_LEFT", { roomId: RoomId, userId: z.string(), username: z.string() });

/** Who is in a room: by user, what is known of each of their devices. Whoever is at the rooms may look. */
export const People = topic("people:{roomId}", [], {
  presence: { state: z.object({ username: z.string(), idle: z.boolean() }), key: "userId", fromServer: true },
});

/** Whether nobody is at this device at the moment. */
export const Idle = message("IDLE", { idle: z.boolean() });

// Messages -----------------------------------------------------------------------------------------------------------

const ChatPayload = z.object({
  messageId: z.string(),
  roomId: RoomId,
  userId: z.string(),
  username: z.string(),
  text: z.string(),
  /** Milliseconds since the epoch, by the server's clock. */
  timestamp: z.number(),
  attachment: Attachment.optional(),
});

export const ChatMessage = message("CHAT_MESSAGE", ChatPayload);

/** Answered with the message as everybody else sees it. */
export const SendMessage = rpc(
  "SEND_MESSAGE",
  z
    .object({ roomId: RoomId, text: z.string().trim().max(MAX_TEXT), attachment: Attachment.optional() })
    .refine(({ text, attachment }) => text !== "" || attachment, "A message needs a text or an attachment"),
  ChatMessage,
);

/** Answered with what was said before, oldest first. Joining a room twice is the same as once. */
export const JoinRoom = rpc("JOIN_ROOM", { roomId: RoomId }, "ROOM_JOINED", {
  roomId: RoomId,
  history: z.array(ChatPayload),
});

/** Asked by the server in a room where nobody has said anything for long, before what was said there is gone. */
export const KeepRoom = rpc.fromServer("KEEP_ROOM", { roomId: RoomId, name: z.string() }, "ROOM_KEPT", {
  keep: z.boolean(),
});

export const RoomArchived = message("ROOM_ARCHIVED", { roomId: RoomId });

export const LeaveRoom = message("LEAVE_ROOM", { roomId: RoomId });

// Typing -------------------------------------------------------------------------------------------------------------

export const TypingStart = message("TYPING_START", { roomId: RoomId });
export const TypingStop = message("TYPING_STOP", { roomId: RoomId });

export const UserTyping = message("USER_TYPING", {
  roomId: RoomId,
  userId: z.string(),
  username: z.string(),
  typing: z.boolean(),
});
