import { find, make } from "./dom.ts";

const SHOWN_MS = 6000;

/** Tells the user for a few seconds what did not work. */
export function toast(text: string): void {
  const close = make("button", "", "Dismiss");
  close.type = "button";
  const note = make("p", "toast", make("span", "", text), close);
  close.addEventListener("click", () => note.remove());
  setTimeout(() => note.remove(), SHOWN_MS);
  find("toasts").append(note);
}
