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
  wsKit,
} from "@ws-kit/vue";
import { type App, createApp, defineComponent, Fragment, h, KeepAlive, ref, watch } from "vue";

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

const p = (id: string, ...texts: unknown[]) => h("p", { id }, texts.join(" "));
const button = (id: string, onClick: () => unknown) => h("button", { id, onClick });

const Status = defineComponent(() => {
  const { state, isConnected } = useConnection();
  return () => {
    rendered("status");
    return p("state", state.value, isConnected.value);
  };
});

const Latency = defineComponent(() => {
  const { ms } = useLatency(50);
  return () => p("latency", ms.value === undefined ? "unknown" : "known");
});

const Ticks = defineComponent(() => {
  const n = ref(0);
  useClient().onOpen(({ send }) => send(Join));
  useMessage(Tick, ({ payload }) => (n.value += payload.n));
  return () => p("ticks", n.value);
});

const Texts = defineComponent(
  (props: { id: string }) => {
    const client = useClient();
    const texts = ref<string[]>([]);
    const room = useTopic(() => Room({ id: props.id }), { onGap: ({ reason }) => (texts.value = [`gap ${reason}`]) });
    useMessage(Said, ({ payload, topic }) => texts.value.push(`${topic} ${payload.text}`), room);
    return () =>
      h(Fragment, [
        p("texts", texts.value.join(",")),
        p("topic", room.error.value?.message ?? room.status.value),
        button("say", () => client.send(Say, { text: "hello" })),
      ]);
  },
  { props: ["id"] },
);

const Who = defineComponent(
  (props: { name: string }) => {
    const { members, count, update } = usePresence(Lobby({ id: "1" }), () =>
      props.name === "" ? undefined : { name: props.name, idle: false },
    );
    return () => {
      rendered("who");
      const states = [...members.value.values()].flat();
      return h(Fragment, [
        p("who", count.value, states.map((state) => `${state.name} ${state.idle ? "idle" : "there"}`).join(",")),
        button("idle", () => update({ idle: true })),
      ]);
    };
  },
  { props: ["name"] },
);

const User = defineComponent(
  (props: { id: string }) => {
    const { data, error, isPending, refetch } = useRequest(GetUser, () => ({ id: props.id }));
    return () => {
      rendered("user");
      return h(Fragment, [
        p("user", data.value?.name, error.value?.message, isPending.value),
        button("again", refetch),
      ]);
    };
  },
  { props: ["id"] },
);

const Renaming = defineComponent(() => {
  const { call: rename, data, error, isPending } = useCall(Rename);
  return () =>
    h(Fragment, [
      p("renamed", data.value?.name, error.value?.message, isPending.value),
      button("rename", () => rename({ name: "Ada" })),
      button("take", () => rename({ name: "taken" }).catch(() => {})),
    ]);
});

const Importing = defineComponent(
  (props: { rows: number }) => {
    const { progress, data, isPending } = useStream(
      Import,
      () => ({ rows: props.rows }),
      () => ({ enabled: props.rows > 0 }),
    );
    const seen = ref("");
    watch(
      () => progress.value?.done,
      (done) => done !== undefined && (seen.value += done),
    );
    return () =>
      p("import", seen.value, data.value?.rows, isPending.value, progress.value === undefined ? "none" : "some");
  },
  { props: ["rows"] },
);

const Toggled = defineComponent(() => {
  const { data } = useRequest(GetUser, { id: "toggled" });
  const { status, ...topic } = useTopic(Room({ id: "toggled" }), { onGap: () => {} });
  const { state } = useConnection();
  useMessage(Said, () => {}, { status, ...topic });
  useMessage(Tick, () => {});
  return () => p("toggled", data.value?.name, status.value, state.value === "open" ? "" : state.value);
});

const toggled = ref<boolean>();
const id = ref("1");
const room = ref("1");
const rows = ref(5);
const name = ref<string>();

const Page = defineComponent(() => () => [
  h(Status),
  h(Latency),
  h(Ticks),
  h(Texts, { id: room.value }),
  id.value === "" ? undefined : h(User, { id: id.value }),
  name.value === undefined ? undefined : h(Who, { name: name.value }),
  h(Renaming),
  h(Importing, { rows: rows.value }),
  toggled.value === undefined ? undefined : h(KeepAlive, null, { default: () => toggled.value && h(Toggled) }),
]);

let app: App | undefined;
function setRound(): void {
  app?.unmount();
  app = createApp(Page).use(wsKit, { client: make });
  app.mount("#root");
}
Object.assign(window, {
  setRound,
  setId: (now: string) => (id.value = now),
  setRoom: (now: string) => (room.value = now),
  setRows: (now: number) => (rows.value = now),
  setName: (now?: string) => (name.value = now),
  setToggled: (now?: boolean) => (toggled.value = now),
});
setRound();
