import { WsProvider } from "@ws-kit/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Chat } from "./chat.tsx";
import { client } from "./client.ts";

createRoot(document.querySelector("main") as HTMLElement).render(
  <StrictMode>
    <WsProvider client={client}>
      <Chat />
    </WsProvider>
  </StrictMode>,
);
