import { useConnection, useMessage, useRequest, useTopic } from "@ws-kit/react";
import { useState } from "react";
import { Metrics, Past, Tick, type Measured } from "../shared/messages.ts";
import { Chart } from "./chart.tsx";

const SHOWN = 300;

export function Dashboard() {
  const { state, attempt } = useConnection();
  const { data: past, error, refetch } = useRequest(Past);
  return (
    <>
      <header>
        <h1>A server, live</h1>
        <span role="status">{state === "reconnecting" ? `connecting again, attempt ${attempt}` : state}</span>
      </header>
      {error && <p role="alert">{error.message}</p>}
      {/* Asked anew, the past is another beginning. */}
      {past && <Lines key={past.since.join()} past={past} onGap={refetch} />}
    </>
  );
}

interface LinesProps {
  past: { ticks: readonly Measured[]; since: readonly [string, number] };
  /** More was missed than the server keeps. */
  onGap: () => void;
}

function Lines({ past, onGap }: LinesProps) {
  const [ticks, setTicks] = useState(past.ticks);
  const followed = useTopic(Metrics(), { since: past.since, onGap });
  useMessage(
    Tick,
    ({ payload }) => {
      // What was measured while the past was read comes twice.
      if (payload.at > (ticks.at(-1)?.at ?? 0)) setTicks([...ticks, payload].slice(-SHOWN));
    },
    followed,
  );
  return (
    <>
      <Chart title="CPU" unit="%" ticks={ticks} value={(tick) => tick.cpu} />
      <Chart title="Heap" unit="MiB" ticks={ticks} value={(tick) => tick.heapMiB} />
      <Chart title="Open pages" unit="" ticks={ticks} value={(tick) => tick.pages} />
    </>
  );
}
