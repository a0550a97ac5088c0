import { ServerError } from "@ws-kit/client/zod";
import { MAX_NAME } from "../shared/messages.ts";
import type { Chat } from "./chat.ts";
import { find } from "./dom.ts";

export function wireLogin(chat: Chat): { focus(): void } {
  const form = find("login-form", HTMLFormElement);
  const name = find("name", HTMLInputElement);
  const error = find("login-error");
  const button = form.querySelector("button");
  name.maxLength = MAX_NAME;

  async function submit(): Promise<void> {
    const username = name.value.trim();
    if (username === "") return refuse("Enter a name first.");
    if (button) button.disabled = true;
    refuse("");
    try {
      await chat.logIn(username);
    } catch (failure) {
      refuse(failure instanceof ServerError ? `${failure.message}.` : "The server cannot be reached. Try again.");
    } finally {
      if (button) button.disabled = false;
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
