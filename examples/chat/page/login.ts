import { ServerError } from "@ws-kit/client/zod";
import { MAX_NAME } from "../shared/messages.ts";
import type { Chat } from "./chat.ts";
import { find } from "./dom.ts";

export function wireLogin(chat: Chat): { focus(): void } {
  const form = find("login-form", HTMLFormElement);
  const name = find("name", HTMLInputElement);
  const error = find("login-error");
  const button = find("login-button", HTMLButtonElement);
  name.maxLength = MAX_NAME;

  async function submit(): Promise<void> {
    const username = name.value.trim();
    if (username === "") return refuse("Enter a name first.");
    button.disabled = true;
    button.textContent = "One moment…";
    refuse("");
    try {
      await chat.logIn(username);
    } catch (failure) {
      refuse(failure instanceof ServerError ? `${failure.message}.` : "The server cannot be reached. Try again.");
    } finally {
      button.disabled = false;
      button.textContent = "Start chatting";
    }
  }

  function refuse(reason: string): void {
    error.textContent = reason;
    name.ariaInvalid = reason === "" ? null : "true";
    if (reason !== "") name.focus();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
  return { focus: () => name.focus() };
}
