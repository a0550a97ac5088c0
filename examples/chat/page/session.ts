/** Who this tab is. Kept by the tab, so that a reload is the same user and another tab another one. */
export interface Session {
  userId: string;
  username: string;
  token: string;
  /** Rooms to go back to. */
  joined: string[];
  current?: string | undefined;
}

const KEY = "ws-kit-chat";

export function recall(): Session | undefined {
  const stored = sessionStorage.getItem(KEY);
  return stored === null ? undefined : (JSON.parse(stored) as Session);
}

export function remember(session: Session): void {
  sessionStorage.setItem(KEY, JSON.stringify(session));
}

export function forget(): void {
  sessionStorage.removeItem(KEY);
}
