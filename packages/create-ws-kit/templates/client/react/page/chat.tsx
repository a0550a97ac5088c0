import { useCall, useClient, useConnection, useMessage } from "@ws-kit/react";
import { useState } from "react";
import { Rename, Said, Say } from "../src/messages.ts";

export function Chat() {
  const client = useClient();
  const { state } = useConnection();
  const [lines, setLines] = useState<readonly string[]>([]);
  useMessage(Said, ({ payload }) => setLines([`${payload.from}: ${payload.text}`, ...lines]));

  return (
    <>
      <h1>{document.title}</h1>
      <p role="status">{state}</p>
      <RenameForm />
      <form action={(form) => void client.send(Say, { text: String(form.get("text")) })}>
        <input name="text" aria-label="Message" maxLength={500} required /> <button>Say</button>
      </form>
      <ul aria-live="polite">
        {lines.map((line, i) => (
          <li key={lines.length - i}>{line}</li>
        ))}
      </ul>
    </>
  );
}

function RenameForm() {
  const [rename, { data, error, isPending }] = useCall(Rename);
  return (
    <form action={(form) => void rename({ name: String(form.get("name")) }).catch(() => {})}>
      <input name="name" aria-label="Name" maxLength={32} required /> <button disabled={isPending}>Rename me</button>
      {error?.message ?? (data && `You are ${data.name}`)}
    </form>
  );
}
