import { presence } from "@ws-kit/client/presence";
import { wsClient } from "@ws-kit/client/zod";
import { counted } from "@ws-kit/conformance/views/counted";
import { GetUser, Import, Join, Lobby, Rename, Room, Said, Say, Tick } from "@ws-kit/conformance/views/messages";
import {
  useCall,
  useClient,
  useConnection,
  useLatency,
  useMessage,
  usePresence,
  useRequest,
  useStream,
  useTopic,
  WsProvider,
} from "@ws-kit/solid";
import { createEffect, createSignal, Show } from "solid-js";
import { render } from "solid-js/web";

const renders: Record<string, number> = {};
const live = {};
Object.assign(window, { renders, live });
/** Counts how often these change. */
const rendered = (name: string, ..._shown: unknown[]): void => void (renders[name] = (renders[name] ?? 0) + 1);

const make = () =>
  counted(
    wsClient({
      url: `${location.origin.replace("http", "ws")}/ws`,
      reconnect: { initialDelayMs: 50, maxDelayMs: 100 },
      heartbeat: { intervalMs: 300 },
      use: [presence()],
    }),
    live,
  );

function Plain() {
  const connection = useConnection();
  const latency = useLatency(50);
  const renaming = useCall(Rename);
  const [ticks, setTicks] = createSignal(0);
  useClient().onOpen(({ send }) => send(Join));
  useMessage(Tick, ({ payload }) => setTicks((n) => n + payload.n));
  createEffect(() => rendered("status", connection.state, connection.isConnected));
  return (
    <>
      <p id="state">
        {connection.state} {String(connection.isConnected)}
      </p>
      <p id="latency">{latency.ms === undefined ? "unknown" : "known"}</p>
      <p id="ticks">{ticks()}</p>
      <p id="renamed">{[renaming.data?.name, renaming.error?.message, renaming.isPending].join(" ")}</p>
      <button id="rename" onClick={() => void renaming.call({ name: "Ada" })} />
      <button id="take" onClick={() => void renaming.call({ name: "taken" }).catch(() => {})} />
    </>
  );
}

function Texts(props: { id: string }) {
  const client = useClient();
  const [texts, setTexts] = createSignal<string[]>([]);
  const room = useTopic(() => Room({ id: props.id }), { onGap: ({ reason }) => setTexts([`gap ${reason}`]) });
  useMessage(Said, ({ payload, topic }) => setTexts((now) => [...now, `${topic} ${payload.text}`]), room);
  return (
    <>
      <p id="texts">{texts().join(",")}</p>
      <p id="topic">{room.error?.message ?? room.status}</p>
      <button id="say" onClick={() => client.send(Say, { text: "hello" })} />
    </>
  );
}

function Who(props: { name: string }) {
  const room = usePresence(Lobby({ id: "1" }), () =>
    props.name === "" ? undefined : { name: props.name, idle: false },
  );
  const states = () => [...room.members.values()].flat();
  createEffect(() => rendered("who", room.members));
  return (
    <>
      <p id="who">
        {room.count}{" "}
        {states()
          .map((state) => `${state.name} ${state.idle ? "idle" : "there"}`)
          .join(",")}
      </p>
      <button id="idle" onClick={() => room.update({ idle: true })} />
    </>
  );
}

function User(props: { id: string }) {
  const user = useRequest(GetUser, () => ({ id: props.id }));
  createEffect(() => rendered("user", user.data, user.error, user.isPending));
  return (
    <>
      <p id="user">{[user.data?.name, user.error?.message, user.isPending].join(" ")}</p>
      <button id="again" onClick={() => user.refetch()} />
    </>
  );
}

function Importing(props: { rows: number }) {
  const stream = useStream(
    Import,
    () => ({ rows: props.rows }),
    () => ({ enabled: props.rows > 0 }),
  );
  const [seen, setSeen] = createSignal("");
  createEffect(() => {
    const done = stream.progress?.done;
    if (done !== undefined) setSeen((now) => now + done);
  });
  return (
    <p id="import">
      {[seen(), stream.data?.rows, stream.isPending, stream.progress === undefined ? "none" : "some"].join(" ")}
    </p>
  );
}

function Toggled() {
  const user = useRequest(GetUser, { id: "toggled" });
  const room = useTopic(Room({ id: "toggled" }), { onGap: () => {} });
  const connection = useConnection();
  useMessage(Said, () => {}, room);
  useMessage(Tick, () => {});
  return <p id="toggled">{[user.data?.name, room.status, connection.isConnected ? "" : "away"].join(" ")}</p>;
}

const [toggled, setToggled] = createSignal<boolean>();
const [id, setId] = createSignal("1");
const [room, setRoom] = createSignal("1");
const [rows, setRows] = createSignal(5);
const [name, setName] = createSignal<string>();

function Page() {
  return (
    <WsProvider client={make}>
      <Plain />
      <Texts id={room()} />
      <Show when={id() !== ""}>
        <User id={id()} />
      </Show>
      <Show when={name() !== undefined}>
        <Who name={name() ?? ""} />
      </Show>
      <Importing rows={rows()} />
      <Show when={toggled()}>
        <Toggled />
      </Show>
    </WsProvider>
  );
}

let dispose: (() => void) | undefined;
function setRound(): void {
  dispose?.();
  dispose = render(() => <Page />, document.querySelector("#root") as Element);
}
Object.assign(window, { setRound, setId, setRoom, setRows, setName, setToggled });
setRound();
