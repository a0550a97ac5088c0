import { presence } from "@ws-kit/client/presence";
import { wsClient } from "@ws-kit/client/zod";
import {
  useCall,
  useClient,
  useConnection,
  useLatency,
  useMessage,
  usePresence,
  useRequest,
  useStream,
  useSuspenseRequest,
  useTopic,
  WsProvider,
} from "@ws-kit/react";
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import * as React from "react";
import { Component, type ReactNode, StrictMode, Suspense, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { counted } from "@ws-kit/conformance/views/counted";
import { GetUser, Import, Join, Lobby, Rename, Room, Said, Say, Tick } from "@ws-kit/conformance/views/messages";

const renders: Record<string, number> = {};
const live = {};
Object.assign(window, { renders, live });
const rendered = (name: string): void => void (renders[name] = (renders[name] ?? 0) + 1);

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

function Status() {
  rendered("status");
  const { state, isConnected } = useConnection();
  return (
    <p id="state">
      {state} {String(isConnected)}
    </p>
  );
}

function Latency() {
  const ms = useLatency(50);
  return <p id="latency">{ms === undefined ? "unknown" : "known"}</p>;
}

function Ticks() {
  const client = useClient();
  const [n, setN] = useState(0);
  useEffect(() => client.onOpen(({ send }) => send(Join)), [client]);
  useMessage(Tick, ({ payload }) => setN(n + payload.n)); // the handler that was rendered last
  return <p id="ticks">{n}</p>;
}

function Texts({ id }: { id: string }) {
  const client = useClient();
  const [texts, setTexts] = useState<string[]>([]);
  const room = useTopic(Room({ id }), { onGap: ({ reason }) => setTexts([`gap ${reason}`]) });
  useMessage(Said, ({ payload, topic }) => setTexts((now) => [...now, `${topic} ${payload.text}`]), room);
  return (
    <>
      <p id="texts">{texts.join(",")}</p>
      <p id="topic">{room.error?.message ?? room.status}</p>
      <button id="say" onClick={() => client.send(Say, { text: "hello" })} />
    </>
  );
}

function Who({ name }: { name: string }) {
  rendered("who");
  const { members, count, update } = usePresence(Lobby({ id: "1" }), name === "" ? undefined : { name, idle: false });
  const states = [...members.values()].flat();
  return (
    <>
      <p id="who">
        {count} {states.map((state) => `${state.name} ${state.idle ? "idle" : "there"}`).join(",")}
      </p>
      <button id="idle" onClick={() => update({ idle: true })} />
    </>
  );
}

function User({ id }: { id: string }) {
  rendered("user");
  const { data, error, isPending, refetch } = useRequest(GetUser, { id });
  return (
    <>
      <p id="user">{[data?.name, error?.message, isPending].join(" ")}</p>
      <button id="again" onClick={refetch} />
    </>
  );
}

function Renaming() {
  const [rename, { data, error, isPending }] = useCall(Rename);
  return (
    <>
      <p id="renamed">{[data?.name, error?.message, isPending].join(" ")}</p>
      <button id="rename" onClick={() => void rename({ name: "Ada" })} />
      <button id="take" onClick={() => void rename({ name: "taken" }).catch(() => {})} />
    </>
  );
}

function Importing({ rows }: { rows: number }) {
  const { progress, data, isPending } = useStream(Import, { rows }, { enabled: rows > 0 });
  const [seen, setSeen] = useState<number[]>([]);
  const done = progress?.done;
  useEffect(() => {
    if (done !== undefined) setSeen((now) => (now.at(-1) === done ? now : [...now, done]));
  }, [done]);
  return (
    <p id="import">
      {seen.join("")} {data?.rows} {String(isPending)} {progress === undefined ? "none" : "some"}
    </p>
  );
}

function Profile({ id }: { id: string }) {
  const { name } = useSuspenseRequest(GetUser, { id });
  return <p id="profile">{name}</p>;
}

function Toggled() {
  const { data } = useRequest(GetUser, { id: "toggled" });
  const room = useTopic(Room({ id: "toggled" }), { onGap: () => {} });
  const { isConnected } = useConnection();
  useMessage(Said, () => {}, room);
  useMessage(Tick, () => {});
  return <p id="toggled">{[data?.name, room.status, isConnected ? "" : "away"].join(" ")}</p>;
}

/** Hidden by what the newer React has for it. */
function Toggle() {
  const [isShown, setToggled] = useState<boolean>();
  Object.assign(window, { setToggled });
  if (isShown === undefined) return null;
  if (!("Activity" in React)) return isShown && <Toggled />;
  return (
    <React.Activity mode={isShown ? "visible" : "hidden"}>
      <Toggled />
    </React.Activity>
  );
}

const queries = new QueryClient();

/** As the README's recipe has it. */
function Cached() {
  const client = useClient();
  const cache = useQueryClient();
  const { data } = useQuery({
    queryKey: ["user", "cached"],
    queryFn: ({ signal }) => client.request(GetUser, { id: "cached" }, { signal }).then(({ payload }) => payload),
  });
  useMessage(Tick, ({ payload }) => cache.setQueryData(["user", "cached"], { name: `tick ${payload.n}` }));
  return <p id="cached">{data?.name}</p>;
}

class Boundary extends Component<{ children: ReactNode }, { error: Error | undefined }> {
  override state = { error: undefined as Error | undefined };
  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  override render() {
    return this.state.error === undefined ? this.props.children : <p id="profile">{this.state.error.message}</p>;
  }
}

function App() {
  const [id, setId] = useState("1");
  const [room, setRoom] = useState("1");
  const [round, setRound] = useState(0);
  const [rows, setRows] = useState(5);
  const [name, setName] = useState<string>();
  Object.assign(window, { setId, setRoom, setRound, setRows, setName });
  return (
    <WsProvider key={round} client={make}>
      <Status />
      <Latency />
      <Ticks />
      <Texts id={room} />
      {id !== "" && <User id={id} />}
      {name !== undefined && <Who name={name} />}
      <Renaming />
      <Importing rows={rows} />
      <Toggle />
      <QueryClientProvider client={queries}>
        <Cached />
      </QueryClientProvider>
      {id !== "" && (
        <Boundary key={id}>
          <Suspense fallback={<p id="profile">waiting</p>}>
            <Profile id={id === "1" ? "first" : id} />
          </Suspense>
        </Boundary>
      )}
    </WsProvider>
  );
}

createRoot(document.querySelector("#root") as Element).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
