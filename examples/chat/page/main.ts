import { watchActivity } from "./activity.ts";
import { Chat } from "./chat.ts";
import { Composer } from "./composer.ts";
import { find, setText } from "./dom.ts";
import { wireLogin } from "./login.ts";
import { MessageList } from "./message-list.ts";
import { PeopleList } from "./people-list.ts";
import { paintAvatar } from "./people.ts";
import { askUser } from "./question.ts";
import { RoomList } from "./room-list.ts";
import { toast } from "./toasts.ts";

const chat = new Chat(scheduleRender, toast, askUser);
const roomList = new RoomList(chat);
const messageList = new MessageList(chat);
const peopleList = new PeopleList(chat);
const composer = new Composer(chat, leaveComposer);
const login = wireLogin(chat);
const leave = find("leave", HTMLButtonElement);

let renderScheduled = false;
/** What is shown, to move the focus when it changes; null before anything is. */
let shownRoom: string | null | undefined = null;
let shownUser: string | undefined;

find("log-out").addEventListener("click", () => chat.logOut());
leave.addEventListener("click", () => chat.leave());
find("back").addEventListener("click", leaveComposer);
find("retry").addEventListener("click", () => chat.reconnect());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) chat.markRead();
});
watchActivity((idle) => chat.setIdle(idle));
render();

/** Several changes in one go are drawn once. Not an animation frame: a hidden tab has none, but has a title. */
function scheduleRender(): void {
  if (renderScheduled) return;
  renderScheduled = true;
  queueMicrotask(() => {
    renderScheduled = false;
    render();
  });
}

function render(): void {
  const { session, current, unread } = chat;
  find("login").hidden = session !== undefined;
  find("app").hidden = session === undefined;
  find("app").classList.toggle("in-room", current !== undefined);
  find("no-room").hidden = current !== undefined;
  find("room").hidden = current === undefined;
  document.title = `${unread > 0 ? `(${unread}) ` : ""}${current ? `${current.summary.name} · ` : ""}WS-Kit Chat`;

  if (session) {
    paintAvatar(find("my-avatar"), session.userId, session.username);
    setText(find("my-name"), session.username);
    roomList.render();
    messageList.render();
    peopleList.render();
    composer.render();
  }
  if (current) {
    leave.disabled = !chat.hasJoined(current);
    const { name, topic, userCount } = current.summary;
    setText(find("room-name"), name);
    setText(find("room-topic"), `${topic} · ${userCount} here`);
    setText(find("typing"), typingText(current.typing));
  }
  renderConnection();
  moveFocus();
}

function renderConnection(): void {
  const { connection, ready, everConnected } = chat;
  const online = connection === "open" && ready;
  const text = online
    ? "Online"
    : connection === "closed"
      ? "Offline"
      : everConnected
        ? "Reconnecting…"
        : "Connecting…";
  setText(find("connection"), text);
  find("connection").classList.toggle("online", online);
  const lost = everConnected && connection !== "open";
  find("banner").hidden = !lost;
  setText(find("banner-text"), lost ? "Connection lost. Reconnecting…" : "");
}

function moveFocus(): void {
  const user = chat.session?.userId;
  const room = chat.current?.summary.id;
  if (user === shownUser && room === shownRoom) return;
  if (!user) login.focus();
  // A phone would open its keyboard over what the user came to read.
  else if (room && matchMedia("(hover: hover)").matches) composer.focus();
  else if (!room) roomList.focus();
  shownUser = user;
  shownRoom = room;
}

/** Escape, or the arrow back: to the list, which on a phone takes the room's place. */
function leaveComposer(): void {
  if (matchMedia("(max-width: 45rem)").matches) chat.closeRoom();
  else roomList.focus();
}

function typingText(names: string[]): string {
  const [first, second] = names;
  if (first === undefined) return "";
  if (second === undefined) return `${first} is typing…`;
  return names.length === 2 ? `${first} and ${second} are typing…` : "Several people are typing…";
}
