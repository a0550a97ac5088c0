import { wsClient } from "@ws-kit/client/zod";
import { WsProvider } from "@ws-kit/react";
import { createRoot } from "react-dom/client";
import { Dashboard } from "./dashboard.tsx";

const client = wsClient({ url: () => `${location.origin.replace("http", "ws")}/ws` });

createRoot(document.querySelector("main") as HTMLElement).render(
  <WsProvider client={client}>
    <Dashboard />
  </WsProvider>,
);
