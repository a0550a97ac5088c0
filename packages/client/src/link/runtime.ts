/** What only some runtimes have. */
export const runtime = globalThis as {
  navigator?: { onLine?: boolean; product?: string };
  location?: { href?: string };
  document?: { hidden?: boolean; baseURI?: string };
  addEventListener?(type: string, listener: (event: { type: string }) => void): void;
  removeEventListener?(type: string, listener: (event: { type: string }) => void): void;
};

/** The device is online again, or the page is shown again, or left. */
export const WAKE_EVENTS = ["visibilitychange", "pageshow", "online"];
